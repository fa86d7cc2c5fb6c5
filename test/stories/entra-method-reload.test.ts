// In a browser: a sign-in to Entra that is looked at again, left and begun anew; no second call, no answer twice.
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { entraInBrowsers } from '../support/entra-browsers.ts';
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
