// In a browser: a sign-in to Entra that is looked at again, left and begun anew; no second call, no answer twice.
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { hasBrowser } from '../support/browser.ts';
import { entraInBrowsers, PASSWORD_PAGE } from '../support/entra-browsers.ts';
import { newPerson, REDIRECT } from '../support/entra-people.ts';
import { SOON } from '../support/own-time.ts';

const { entra, world, atEntra, expectSignedIn } = await entraInBrowsers();

const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
const hand = (number: string, key: string | null) =>
  world.service.simulator?.hands.act(number, key === null ? { do: 'answer' } : { do: 'press', key });
const RINGING = 'Pick up and press';
const ANSWERED = 'Now press';

/** The state as the page shows it, once it shows `text`. */
async function shown(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
}

/** What the page says, but for the time left. */
async function withoutTime(page: Page): Promise<string> {
  return ((await page.getByRole('main').textContent()) ?? '').replaceAll(/\d:\d\d/g, '');
}

/** Lets time go on in small steps until the newest call to the phone has this status. */
async function untilCallIs(status: string, number: string): Promise<void> {
  await vi.waitFor(async () => {
    await world.time.advance(100);
    expect(callsTo(number).at(-1)?.status).toBe(status);
  }, SOON);
}

/** Picks up the phone that rings. */
async function pickUp(number: string): Promise<void> {
  hand(number, null);
  await untilCallIs('in-progress', number);
}

/** The same attempt at the same address, in the same state, and one call. */
async function reloaded(page: Page, text: string, number: string): Promise<void> {
  await shown(page, text);
  const address = page.url();
  await page.reload();
  expect(page.url()).toBe(address);
  await shown(page, text);
  expect(callsTo(number)).toHaveLength(1);
}

describe.skipIf(!hasBrowser)('a sign-in to Entra that is looked at again', { timeout: 60_000 }, () => {
  // Else phones ring to their end between two looks.
  beforeEach(() => {
    world.time.pause();
    onTestFinished(() => world.time.resume());
  });

  /** The phone of a new person rings. */
  async function ringing(options: { javaScriptEnabled?: boolean } = {}) {
    const person = await newPerson(world, entra, 'by-hand');
    const came = await atEntra(person.objectId, options);
    await came.send();
    await shown(came.page, 'Approve the sign-in');
    await untilCallIs('ringing', person.number);
    return { ...person, ...came };
  }

  test('is the same while it rings and in the call, and # still signs in', async () => {
    const { page, back, fields, number } = await ringing();
    await reloaded(page, RINGING, number);
    await pickUp(number);
    await reloaded(page, ANSWERED, number);
    hand(number, '#');
    world.time.resume();
    await world.settle();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
    expect(callsTo(number)).toHaveLength(1);
  });

  test('a tab that was closed sends nothing back, and the next sign-in rings again', async () => {
    const { page, back, number, objectId } = await ringing();
    await shown(page, RINGING);
    await page.close();
    await pickUp(number);
    hand(number, '#');
    await world.time.advance(30_000);
    expect(back).toEqual([]);
    expect(callsTo(number)).toHaveLength(1);
    const next = await atEntra(objectId);
    await next.send();
    await shown(next.page, 'Approve the sign-in');
    await untilCallIs('ringing', number);
    await shown(next.page, RINGING);
    expect(callsTo(number)).toHaveLength(2);
    expect(next.back).toEqual([]);
    await pickUp(number);
    hand(number, '#');
    world.time.resume();
    await world.settle();
    await next.page.waitForURL(REDIRECT);
    await expectSignedIn(next.back, next.fields);
    expect(back).toEqual([]);
  });

  test('is the same without a script', async () => {
    const { page, back, fields, number } = await ringing({ javaScriptEnabled: false });
    await page.reload();
    await reloaded(page, RINGING, number);
    await pickUp(number);
    await page.reload();
    await reloaded(page, ANSWERED, number);
    hand(number, '#');
    world.time.resume();
    await world.settle();
    await page.reload();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
    expect(callsTo(number)).toHaveLength(1);
  });

  test('is the same while the call is in line', async () => {
    const { queue } = world.service.jobs;
    const { objectId, number } = await newPerson(world, entra, 'by-hand');
    const { page, fields, back, send } = await atEntra(objectId);
    await queue.pause();
    onTestFinished(() => queue.resume());
    await send();
    const inLine = page.getByRole('heading', { name: /in line/ });
    await inLine.waitFor();
    await page.reload();
    await inLine.waitFor();
    await queue.resume();
    await untilCallIs('ringing', number);
    await reloaded(page, RINGING, number);
    await pickUp(number);
    hand(number, '#');
    world.time.resume();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
    expect(callsTo(number)).toHaveLength(1);
  });

  test.each([
    ['busy', 'en', 'You are not signed in yet.'],
    ['no-answer', 'sv', 'Du är inte inloggad än.'],
    ['hang-up', 'en', 'You are not signed in yet.'],
    ['wrong-key', 'sv', 'Du är inte inloggad än.'],
    ['voicemail', 'en', 'You are not signed in yet.'],
    ['unreachable', 'sv', 'Du är inte inloggad än.'],
    ['fraud', 'en', 'You are not signed in yet.'],
  ] as [ScenarioName, string, string][])(
    'is over in the same words after %s (%s)',
    async (phone, locale, text) => {
      const { objectId, number } = await newPerson(world, entra, phone);
      const { page, back, send } = await atEntra(objectId, { locale });
      world.time.resume();
      await send();
      await world.settle();
      await shown(page, text);
      const over = await withoutTime(page);
      const calls = callsTo(number).length;
      await page.reload();
      await shown(page, text);
      expect(await withoutTime(page)).toBe(over);
      expect(await page.locator('html').getAttribute('lang')).toBe(locale);
      expect(callsTo(number)).toHaveLength(calls);
      expect(back).toEqual([]);
    },
  );

  test('has the same answer when the person goes back and sends the form again', async () => {
    const { page, back, fields, number } = await ringing();
    await pickUp(number);
    hand(number, '#');
    world.time.resume();
    await world.settle();
    await page.waitForURL(REDIRECT);
    const [first] = back;
    // The page of the call is not among those to go back to; the form of Entra again is the same sign-in.
    await page.goBack();
    expect(page.url()).toBe(PASSWORD_PAGE);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.waitForURL(REDIRECT);
    expect(back.map(String)).toEqual([String(first), String(first)]);
    await expectSignedIn(back.slice(0, 1), fields);
    expect(callsTo(number)).toHaveLength(1);
  });

  test('is over with the same words, until somebody asks to be called again', async () => {
    const { page, back, fields, number } = await ringing();
    world.service.simulator?.hands.act(number, { do: 'reject' });
    await world.time.advance(5_000);
    await reloaded(page, 'You are not signed in yet.', number);
    await page.getByRole('button', { name: /^Call/ }).first().click();
    await shown(page, 'Approve the sign-in');
    await untilCallIs('ringing', number);
    await page.reload();
    await shown(page, RINGING);
    expect(callsTo(number)).toHaveLength(2);
    await pickUp(number);
    hand(number, '#');
    world.time.resume();
    await world.settle();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
  });

  test('has the same answer when its last page is loaded again', async () => {
    const { page, back, fields, number } = await ringing({ javaScriptEnabled: false });
    await pickUp(number);
    hand(number, '#');
    world.time.resume();
    await world.settle();
    await page.reload();
    const answer = () => page.locator('[name=id_token]').getAttribute('value');
    const first = await answer();
    expect(first).not.toBeNull();
    await page.reload();
    expect(await answer()).toBe(first);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
    expect(callsTo(number)).toHaveLength(1);
  });
});
