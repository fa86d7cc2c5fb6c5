// In a browser: a first sign-in to Entra with an enrolment code, with and without scripts.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { violationsOn } from '../support/axe.ts';
import { hasBrowser } from '../support/browser.ts';
import { entraInBrowsers } from '../support/entra-browsers.ts';
import { REDIRECT } from '../support/entra-people.ts';

const { entra, world, atEntra, expectSignedIn } = await entraInBrowsers({ firstTime: 'self' });

describe.skipIf(!hasBrowser)('a first sign-in to Entra in a browser', { timeout: 60_000 }, () => {
  let number: string;
  let objectId: string;
  let code: string;

  /** Somebody with a code, and a phone on their desk. */
  async function newPerson() {
    objectId = randomUUID();
    number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const path = `/v1/users/${objectId}@${entra.directoryId}/enrolment-code`;
    code = (await world.api('POST', path, {})).body.code;
  }

  test.each([
    {
      locale: 'en',
      codeLabel: 'Enrolment code',
      numberLabel: 'Phone number',
      call: 'Call me',
      javaScriptEnabled: true,
    },
    {
      locale: 'en',
      codeLabel: 'Enrolment code',
      numberLabel: 'Phone number',
      call: 'Call me',
      javaScriptEnabled: false,
    },
    {
      locale: 'sv',
      codeLabel: 'Registreringskod',
      numberLabel: 'Telefonnummer',
      call: 'Ring mig',
      javaScriptEnabled: true,
    },
  ])('asks for code and phone, and signs in ($locale, scripts: $javaScriptEnabled)', async (row) => {
    await newPerson();
    const { page, fields, back, send } = await atEntra(objectId, row);
    await send();
    await page.getByLabel(row.codeLabel).waitFor();
    if (row.javaScriptEnabled) expect(await violationsOn(page)).toEqual([]);
    await page.getByLabel(row.codeLabel).fill('AAAA BBBB CCCC');
    await page.getByLabel(row.numberLabel).fill(number);
    await page.getByRole('button', { name: row.call }).click();
    await page.locator('#code-error').waitFor();
    if (row.javaScriptEnabled) expect(await violationsOn(page)).toEqual([]);
    await page.getByLabel(row.codeLabel).fill(code);
    await page.getByRole('button', { name: row.call }).click();
    await page.locator('#code-error').waitFor({ state: 'detached' });
    await world.settle();
    if (!row.javaScriptEnabled) {
      await page.reload();
      await page.getByRole('button', { name: 'Continue' }).click();
    }
    await page.waitForURL(REDIRECT);
    await expectSignedIn(back, fields);
  });
});
