// Everything else that people do on the page, in Swedish and in a window of a phone: digits, endings, going back, the list.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Script } from '../../../src/simulator/script.ts';
import { scrollsSideways, violationsOn } from '../../support/axe.ts';
import { browserForTests } from '../../support/browser.ts';
import { openPageWorld, type PageWorld } from '../../support/page-world.ts';
import { ANY_STORE, type FreshStores, freshStores } from '../../support/stores.ts';

const SHOTS = join(import.meta.dirname, '../../output/page');
const BY_HAND: Script = { pickUp: { kind: 'byHand' }, reactions: [] };
const BASE = '/my-phones';
/** No digits begin with 0. */
const WRONG = { on: 'prompt', afterMs: 300, press: '00#' } as const;

describe('the page, by clicking', () => {
  const { browser } = browserForTests();
  let stores: FreshStores;
  let world: PageWorld;
  let users = 0;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    stores = await freshStores(ANY_STORE);
    world = await openPageWorld(stores, { challenge: 'numberMatch', textMessage: { allowed: false } });
  });
  afterAll(async () => {
    await world.close();
    await stores.drop();
  });

  /** A window of a person who has come in. */
  async function inside(userId = `clicker-${users++}`): Promise<{ page: Page; userId: string }> {
    const context = await browser().newContext({
      ...{ viewport: { width: 360, height: 740 }, locale: 'sv-SE', reducedMotion: 'reduce' },
    });
    const page = await context.newPage();
    await page.goto(await world.link(userId));
    await page.locator('.button.primary').dblclick();
    await page.locator('a.choice').first().waitFor();
    return { page, userId };
  }

  async function look(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
    const seen = { violations: await violationsOn(page), sideways: await scrollsSideways(page) };
    expect(seen, name).toEqual({ violations: [], sideways: false });
  }

  /** Goes to the call of a way to be contacted. */
  async function askForCall(page: Page, way: 'office' | 'mobile-by-call', typed: string): Promise<void> {
    await page.goto(new URL(`${BASE}/add/${way}`, page.url()).href);
    await page.locator('#country').fill('+46');
    await page.keyboard.press('Enter');
    await page.locator('#number').fill(typed);
    await page.locator('.number-form .button.primary').click();
    await page.locator('.large-number').waitFor();
    await page.locator('.button.primary').dblclick();
    await page.locator('[data-live=trail]').waitFor();
  }

  const ringing = (page: Page) => page.locator('[data-live=trail] li:nth-child(3)[aria-current]').waitFor();
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();

  test('a mobile is called, the digits are typed, and nothing rings again', async () => {
    const { page } = await inside();
    await look(page, '01-refused');
    expect(await page.locator('.choice.refused').textContent()).toContain('tillåter inte sms');
    const e164 = '+46701740651';
    world.script(e164, BY_HAND);
    await askForCall(page, 'mobile-by-call', '070-174 06 51');
    await ringing(page);
    await button(page, 'Det ringer inte').click();
    await page.locator('#advice').waitFor();
    await look(page, '09-digits');
    expect(await page.locator('[data-live=side]').textContent()).toContain('Läs aldrig upp');
    const digits = (await page.locator('[data-live=caps]').textContent())?.match(/\d/g) ?? [];
    expect(digits).toHaveLength(2);
    await page.reload();
    await ringing(page);
    await page.goBack();
    await ringing(page);
    const hands = world.service.simulator?.hands;
    hands?.act(e164, { do: 'answer' });
    await page.locator('[data-live=trail] li:nth-child(4)[aria-current]').waitFor();
    for (const key of [...digits, '#']) hands?.act(e164, { do: 'press', key });
    await page.locator('[data-secret]').waitFor({ timeout: 30_000 });
    expect(new URL(page.url()).pathname).toBe(`${BASE}/done`);
    expect(await page.evaluate('document.activeElement.id')).toBe('title');
    await page.reload();
    await page.locator('.notice').waitFor();
    // Whoever goes back to the question whether the number is right is not called once more.
    await page.goto(new URL(`${BASE}/confirm`, page.url()).href);
    await page.locator('.notice').waitFor();
    expect(new URL(page.url()).pathname).toBe(`${BASE}/done`);
    expect(world.service.simulator?.createdPerNumber()[e164]).toBe(1);
  }, 90_000);

  test('each ending says why, and what to do next', async () => {
    const { page } = await inside();
    const { typed, e164 } = world.newNumber();
    const endings: [Script, string][] = [
      [{ pickUp: { kind: 'busy', afterMs: 200 }, reactions: [] }, 'Det var upptaget'],
      [
        { pickUp: { kind: 'answer', afterMs: 200, by: 'human' }, reactions: [WRONG, WRONG, WRONG] },
        'Det blev andra knappar',
      ],
    ];
    for (const [script, title] of endings) {
      world.script(e164, script);
      await askForCall(page, 'office', typed);
      await page.locator('.reasons').waitFor({ timeout: 30_000 });
      await look(page, `12-${title.toLowerCase().replaceAll(/\W+/g, '-')}`);
      expect(await page.locator('h1').textContent()).toBe(title);
    }
    world.script(e164, BY_HAND);
    await askForCall(page, 'office', typed);
    await ringing(page);
    await button(page, 'Fel nummer').click();
    await page.locator('#number').waitFor();
    expect(await page.locator('#number').inputValue()).toBe(typed);
  }, 120_000);

  test('the list: another default, removing, app passwords', async () => {
    const { page, userId } = await inside();
    const { e164, typed } = world.newNumber();
    const enter = (phoneType: string, number: string) =>
      world.api('POST', `/v1/users/${userId}/phone-methods`, { phoneType, number });
    await enter('office', e164);
    await page.goto(new URL(BASE, page.url()).href);
    await page.getByText('Bekräfta', { exact: true }).click();
    // What an administrator entered is there already.
    expect(await page.locator('#number').inputValue()).toBe(typed);
    await page.goto(new URL(`${BASE}/app-passwords/new`, page.url()).href);
    for (const name of ['Skrivaren', 'Kalendern']) {
      await page.goto(new URL(`${BASE}/app-passwords/new`, page.url()).href);
      await page.locator('#name').fill(name);
      await page.locator('.button.primary').dblclick();
      await page.locator('[data-secret]').waitFor();
      await page.locator('.saved input').check();
      await page.locator('.done-form button').dblclick();
      await page.getByText(name).waitFor();
    }
    await page.getByText('Återkalla', { exact: true }).first().click();
    await page.locator('dialog[open]').waitFor();
    await look(page, '21-revoke');
    await page.locator('dialog[open] .button.danger').dblclick();
    await page.locator('.notice.ok').waitFor();
    const left = await world.api('GET', `/v1/users/${userId}/app-passwords`);
    expect(left.body.value).toHaveLength(1);
    await page.getByText('Ta bort', { exact: true }).click();
    await page.locator('dialog[open] .button.danger').dblclick();
    await page.locator('.notice.ok').waitFor();
    expect((await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value).toEqual([]);
    await look(page, '18-empty');
  }, 90_000);

  test('a reload, a way back and a second click do no harm in any state', async () => {
    const { page, userId } = await inside();
    const { e164, typed } = world.newNumber();
    world.script(e164, BY_HAND);
    const title = () => page.locator('h1').textContent();
    /** The state stays what it is after a reload, and after going back and forth. */
    const stays = async (name: string, settled: string) => {
      await page.locator(settled).first().waitFor();
      const before = await title();
      await page.reload();
      await page.locator(settled).first().waitFor();
      await page.goBack().catch(() => null);
      await page.goForward().catch(() => null);
      await page.locator(settled).first().waitFor();
      expect(await title(), name).toBe(before);
    };
    await stays('choose', 'a.choice');
    await page.locator('a.choice').first().dblclick();
    await stays('number', '#number');
    await page.locator('#country').fill('+46');
    await page.keyboard.press('Enter');
    await page.locator('#number').fill(typed);
    await page.locator('.number-form .button.primary').dblclick();
    await stays('is this right', '.large-number');
    await page.locator('.button.primary').dblclick();
    await ringing(page);
    await stays('ringing', '[data-live=trail]');
    await button(page, 'Avbryt').dblclick();
    await stays('canceled', '.reasons');
    expect(world.service.simulator?.createdPerNumber()[e164]).toBe(1);
    await page.locator('.button.primary').dblclick();
    await ringing(page);
    world.service.simulator?.hands.act(e164, { do: 'answer' });
    await page.locator('[data-live=trail] li:nth-child(4)[aria-current]').waitFor();
    await page.reload();
    const digits = (await page.locator('[data-live=caps]').textContent())?.match(/\d/g) ?? [];
    for (const key of [...digits, '#']) world.service.simulator?.hands.act(e164, { do: 'press', key });
    await page.locator('.done-form, [data-secret]').first().waitFor({ timeout: 30_000 });
    await page.locator('.saved input').check();
    await page.locator('.done-form button').dblclick();
    await stays('list', '.card');
    expect(world.service.simulator?.createdPerNumber()[e164]).toBe(2);
    const { value } = (await world.api('GET', `/v1/users/${userId}/app-passwords`)).body;
    expect(value).toHaveLength(1);
  }, 120_000);
});
