// In a browser: from Entra's password page over the desk phone's # back to Entra, with and without scripts.
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { violationsOn } from '../support/axe.ts';
import { hasBrowser } from '../support/browser.ts';
import { entraInBrowsers, PASSWORD_PAGE } from '../support/entra-browsers.ts';
import { newPerson, REDIRECT } from '../support/entra-people.ts';

const { entra, world, atEntra, expectSignedIn } = await entraInBrowsers();

const setField = (page: Page, name: string, value: string) =>
  page.evaluate(`document.querySelector('[name=${name}]').setAttribute('value', '${value}')`);

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

describe.skipIf(!hasBrowser)('a sign-in to Entra in a browser', { timeout: 60_000 }, () => {
  test.each([
    { locale: 'en', lead: 'Approve the sign-in to contoso AB', title: 'We’re calling you' },
    { locale: 'sv', lead: 'Godkänn inloggningen till contoso AB', title: 'Vi ringer dig' },
  ])('goes on by itself when # is pressed ($locale)', async ({ locale, lead, title }) => {
    const { objectId } = await newPerson(world, entra);
    const { page, fields, back, send } = await atEntra(objectId, { locale });
    // Nobody picks up while the page is looked at.
    world.time.pause();
    await send();
    await page.getByText(lead).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    expect((await heading(page))?.replace("'", '’')).toBe(title);
    expect(await violationsOn(page)).toEqual([]);
    world.time.resume();
    await world.settle();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
  });

  test.each(['en', 'sv'])('needs no script (%s)', async (locale) => {
    const { objectId } = await newPerson(world, entra);
    const { page, fields, back, send } = await atEntra(objectId, { locale, javaScriptEnabled: false });
    await send();
    await page.locator('[data-without-script] a').waitFor();
    await world.settle();
    await page.locator('[data-without-script] a').click();
    await page.getByRole('button', { name: locale === 'en' ? 'Continue' : 'Fortsätt' }).click();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
  });

  test('shows each ending, which axe finds nothing in, and goes back when it is cancelled', async () => {
    const { objectId } = await newPerson(world, entra, 'busy');
    const { page, back, fields, send } = await atEntra(objectId);
    await send();
    await page.getByText('Approve the sign-in').waitFor();
    await world.settle();
    await page.getByText('You are not signed in yet.').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL(REDIRECT);
    expect(back.map((answer) => [answer.get('error'), answer.get('state')])).toEqual([
      ['access_denied', fields.state],
    ]);
  });

  test('two tabs ring one phone, and neither disturbs the other', async () => {
    // Else the phone rings to its end before the second one comes.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const { objectId } = await newPerson(world, entra, 'by-hand');
    const first = await atEntra(objectId);
    await first.send();
    await first.page.getByText('Approve the sign-in').waitFor();
    const context = first.page.context();
    const second = await context.newPage();
    await second.goto(PASSWORD_PAGE);
    await setField(second, 'nonce', 'of the second tab');
    await second.getByRole('button', { name: 'Next' }).click();
    await second.getByText('A call is already under way').waitFor();
    expect(await violationsOn(second)).toEqual([]);
    await first.page.reload();
    await first.page.getByText('Approve the sign-in').waitFor();
    await first.page.getByRole('button', { name: 'Cancel' }).click();
    await first.page.waitForURL(REDIRECT);
    // The second one may call now.
    await second.getByRole('button', { name: /^Call/ }).click();
    await second.getByText('Approve the sign-in').waitFor();
  });

  test('says so when it took too long, and answers Entra', async () => {
    const { objectId } = await newPerson(world, entra, 'by-hand');
    const { page, back, send } = await atEntra(objectId);
    await send();
    await page.getByText('Approve the sign-in').waitFor();
    await world.time.advance(241_000);
    await page.waitForURL(REDIRECT);
    expect(back.map((answer) => answer.get('error'))).toEqual(['temporarily_unavailable']);
  });

  test('shows a request that cannot be trusted, with the id of Microsoft', async () => {
    const { objectId } = await newPerson(world, entra);
    const { page, back, fields, send } = await atEntra(objectId);
    await setField(page, 'id_token_hint', 'a.b.c');
    await send();
    await page.getByText('This sign-in cannot be used').waitFor();
    expect(await page.textContent('body')).toContain(fields['client-request-id']);
    expect(await violationsOn(page)).toEqual([]);
    expect(back).toEqual([]);
  });
});
