// The self-service page in a browser, by clicking and typing as people do.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Script } from '../../../src/simulator/script.ts';
import { scrollsSideways, violationsOn } from '../../support/axe.ts';
import { browserForTests } from '../../support/browser.ts';
import { SOON } from '../../support/own-time.ts';
import { answering, openPageWorld, type PageWorld } from '../../support/page-world.ts';
import { ANY_STORE, type FreshStores, freshStores } from '../../support/stores.ts';

const SHOTS = join(import.meta.dirname, '../../output/page');
/** Rings until the test says what happens. */
const BY_HAND: Script = { pickUp: { kind: 'byHand' }, reactions: [] };
/** Nothing moves: colours that fade in have no contrast yet, and drawing what moves takes time. */
const STILL = { reducedMotion: 'reduce' } as const;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

describe('the page in a browser', () => {
  const { browser } = browserForTests();
  let stores: FreshStores;
  let world: PageWorld;
  let users = 0;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    stores = await freshStores(ANY_STORE);
    world = await openPageWorld(stores, {
      smsSignIn: { allowed: true },
      textMessage: { escalation: { toCall: true } },
    });
  });
  afterAll(async () => {
    await world.close();
    await stores.drop();
  });

  /** A window of a person with a link, and what was wrong in it. */
  async function opened(options: BrowserContextOptions = {}, userId = `person-${users++}`) {
    const context = await browser().newContext({ viewport: DESK, locale: 'en-US', ...STILL, ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (line) => {
      if (line.type() === 'error' && !/status of 4(03|09|10|22)/.test(line.text())) faults.push(line.text());
    });
    await page.goto(await world.link(userId));
    return { context, page, faults, userId };
  }

  /** Looks at a state as it is shown: no violation, nothing that scrolls sideways, also in the dark; keeps pictures. */
  async function look(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
    const light = await violationsOn(page);
    await page.emulateMedia({ ...STILL, colorScheme: 'dark' });
    const dark = await violationsOn(page);
    await page.screenshot({ path: join(SHOTS, `${name}-dark.png`) });
    expect({ light, dark, sideways: await scrollsSideways(page) }, name).toEqual({
      ...{ light: [], dark: [], sideways: false },
    });
    await page.emulateMedia({ ...STILL, colorScheme: 'light' });
  }

  async function typeNumber(page: Page, number: string, extension = ''): Promise<void> {
    await page.locator('#country').click();
    await page.keyboard.type('swe');
    await page.keyboard.press('Enter');
    await page.locator('#number').fill(number);
    if (extension !== '') await page.locator('#extension').fill(extension);
    await page.locator('.number-form .button.primary').click();
  }

  test.each([
    { name: 'english', locale: 'en-US', viewport: DESK },
    { name: 'swedish-phone', locale: 'sv-SE', viewport: PHONE },
  ])(
    'an office phone is set up ($name)',
    async ({ name, locale, viewport }) => {
      const { typed, e164 } = world.newNumber();
      const { page, faults } = await opened({ locale, viewport });
      await look(page, `00-link-${name}`);
      await page.locator('.button.primary').click();
      await look(page, `01-choose-${name}`);
      await page.locator('a.choice').first().click();
      await typeNumber(page, typed.slice(0, 8));
      await page.locator('[aria-invalid=true]').waitFor();
      await look(page, `03-number-error-${name}`);
      world.script(e164, BY_HAND);
      await typeNumber(page, typed);
      await page.locator('.large-number').waitFor();
      await look(page, `05-confirm-${name}`);
      await page.locator('.button.primary').click();
      await page.locator('[data-live=trail] li:nth-child(3)[aria-current]').waitFor();
      await look(page, `07-ringing-${name}`);
      world.service.simulator?.hands.act(e164, { do: 'answer' });
      await page.locator('[data-live=trail] li:nth-child(4)[aria-current]').waitFor();
      await look(page, `08-answered-${name}`);
      world.service.simulator?.hands.act(e164, { do: 'press', key: '#' });
      await page.locator('[data-secret]').waitFor({ timeout: 30_000 });
      await look(page, `14-done-${name}`);
      await page.locator('.done-form button').click();
      await page.locator('dialog[open]').waitFor();
      await look(page, `16-unsaved-${name}`);
      await page.keyboard.press('Escape');
      await page.locator('.saved input').check();
      await page.locator('.done-form button').click();
      await page.locator('.card').first().waitFor();
      await look(page, `18-phones-${name}`);
      await page.locator('a.link[data-opens-dialog]').first().click();
      await page.locator('dialog[open]').waitFor();
      await look(page, `20-remove-${name}`);
      expect(faults).toEqual([]);
    },
    120_000,
  );

  test('a mobile is set up by text message, and its number becomes a user name', async () => {
    const e164 = `+4670174${String(1000 + users)}`;
    const { page, faults } = await opened();
    await page.locator('.button.primary').click();
    await page.locator('a.choice').nth(2).click();
    await typeNumber(page, e164);
    await page.locator('.button.primary').click();
    await page.locator('#code').waitFor();
    await expect.poll(() => world.codeOn(e164), { timeout: 20_000 }).toMatch(/^\d{6}$/);
    const code = world.codeOn(e164);
    await page.locator('#code').fill(String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
    await page.locator('#code-error').waitFor();
    await look(page, '17-code-wrong');
    await page.locator('#code').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await page.locator('[data-secret]').waitFor();
    await page.locator('.saved input').check();
    await page.locator('.done-form button').click();
    await page.locator('.banner .button').click();
    await page.locator('[data-dialog-body]').waitFor();
    await look(page, '19-enable');
    await page.locator('.button.primary').click();
    await page.locator('.notice.ok').waitFor();
    await look(page, '18-enabled');
    expect(faults).toEqual([]);
  }, 90_000);

  test('a number is grouped when its field is left or it was pasted, and what is wrong is said there', async () => {
    const { page, faults } = await opened();
    await page.locator('.button.primary').click();
    await page.locator('a.choice').first().click();
    const [country, number, extension] = ['#country', '#number', '#extension'].map((id) => page.locator(id));
    await number?.pressSequentially('+46846500');
    expect(await number?.inputValue()).toBe('+46846500');
    await number?.press('Tab');
    await page.locator('#number-error').waitFor();
    expect(await page.locator('.field-errors').textContent()).toContain('Some digits seem to be missing');
    expect(await number?.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.id')).toBe('extension');
    await number?.fill('');
    await page.locator('#number-error').waitFor({ state: 'detached' });
    // As people paste it: into the field, by the keyboard.
    await page.evaluate(`{
      const field = document.querySelector('#number');
      field.focus();
      field.dispatchEvent(new ClipboardEvent('paste', { bubbles: true }));
      field.value = '+46 (0)8 465 004 22 ankn 1234';
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }`);
    await expect.poll(() => number?.inputValue(), SOON).toBe('08-465 004 22');
    expect(await extension?.inputValue()).toBe('1234');
    expect(await country?.inputValue()).toBe('Sweden (+46)');
    expect(await page.locator('.tone-keys').textContent()).toBe('1 2 3 4 ');
    expect(await page.locator('.desk-phone text').first().textContent()).toBe('08-465 004 22');
    await look(page, '02-number');
    await page.locator('.number-form .button.primary').click();
    await page.locator('.large-number').waitFor();
    expect(faults).toEqual([]);
  }, 60_000);

  test('everything can be done by the keyboard, with few keys', async () => {
    const { typed, e164 } = world.newNumber();
    world.script(e164, answering('#'));
    const { page } = await opened();
    let keys = 0;
    const press = async (...names: string[]) => {
      for (const name of names) await page.keyboard.press(name);
      keys += names.length;
    };
    /** Tabs on until something is focused. */
    const reach = async (selector: string) => {
      for (let tabs = 0; tabs < 12; tabs += 1) {
        if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) return;
        await press('Tab');
      }
      throw new Error(`${selector} is out of reach`);
    };
    await reach('.button.primary');
    await press('Enter');
    await page.locator('a.choice').first().waitFor();
    await reach('a.choice');
    await press('Enter');
    await page.locator('#number').waitFor();
    await reach('#country');
    await page.keyboard.type('swe');
    await press('Enter', 'Tab');
    await page.keyboard.type(typed);
    await reach('.button.primary');
    await press('Enter');
    await page.locator('.large-number').waitFor();
    await reach('.button.primary');
    await press('Enter');
    await page.locator('[data-secret]').waitFor({ timeout: 30_000 });
    expect(keys).toBeLessThanOrEqual(25);
  }, 60_000);

  test('without scripts it works up to the call, and shows the end when asked', async () => {
    const { typed, e164 } = world.newNumber();
    world.script(e164, answering('#'));
    const { page, userId } = await opened({ javaScriptEnabled: false });
    await page.locator('.button.primary').click();
    await page.locator('a.choice').first().click();
    await page.locator('#country').selectOption('SE');
    await page.locator('#number').fill(typed);
    await page.locator('.number-form .button.primary').click();
    await page.locator('.button.primary').click();
    await page.getByRole('link', { name: 'Check again' }).waitFor();
    await expect
      .poll(async () => (await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value.length, {
        timeout: 20_000,
      })
      .toBe(1);
    await page.getByRole('link', { name: 'Check again' }).click();
    await page.locator('.saved').click();
    await page.locator('.done-form button').click();
    expect(await page.locator('h1').textContent()).toBe('My phones and app passwords');
  }, 60_000);

  test('an injected inline script does not run, and hostile names are only shown', async () => {
    const hostile = `<img/src=x/onerror=alert(1)>${'\u00e9'.repeat(60)}`;
    const { page } = await opened({}, encodeURIComponent(hostile.replaceAll('/', '-')));
    await page.locator('.button.primary').click();
    expect(await page.locator('.account').textContent()).toContain('<img-src=x');
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'document.title = "injected"';
      document.body.append(script);
    }`);
    expect(await page.title()).not.toBe('injected');
    expect(await scrollsSideways(page)).toBe(false);
  }, 30_000);

  test('a lost connection is said, and what happened meanwhile is shown afterwards', async () => {
    const { typed, e164 } = world.newNumber();
    world.script(e164, answering('#', { afterMs: 1_500, pressAfterMs: 2_000 }));
    const { page, context } = await opened();
    await page.locator('.button.primary').click();
    await page.locator('a.choice').first().click();
    await typeNumber(page, typed);
    await page.locator('.button.primary').click();
    await page.locator('[data-live=trail]').waitFor();
    await context.setOffline(true);
    await page.locator('.offline').waitFor({ state: 'visible' });
    await page.screenshot({ path: join(SHOTS, '10-offline.png') });
    await context.setOffline(false);
    await page.locator('[data-secret]').waitFor({ timeout: 30_000 });
    expect(world.service.simulator?.createdPerNumber()[e164]).toBe(1);
  }, 60_000);

  test('going back after "Done" shows no app password', async () => {
    const { typed, e164 } = world.newNumber();
    world.script(e164, answering('#'));
    const { page } = await opened();
    await page.locator('.button.primary').click();
    await page.locator('a.choice').first().click();
    await typeNumber(page, typed);
    await page.locator('.button.primary').click();
    const secret = page.locator('[data-secret]');
    await secret.waitFor({ timeout: 30_000 });
    const letters = await secret.textContent();
    await page.locator('.saved input').check();
    await page.locator('.done-form button').click();
    await page.locator('.card').first().waitFor();
    await page.goBack();
    await page.locator('h1').waitFor();
    expect(await page.content()).not.toContain(letters?.slice(0, 4));
  }, 60_000);
});
