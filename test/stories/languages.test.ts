// Which language a call speaks, and what a tenant's greeting and own texts do to it: told from outside.
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { PROJECT } from '../support/lint.ts';
import { describeWorlds } from '../support/open-worlds.ts';

const GREETING = {
  sv: { text: 'Växeln på Contoso.' },
  'de-DE': { audioUrl: 'https://contoso.example/hallo.mp3' },
};

/** Prompts of which one is the tenant's own. */
function ownTexts() {
  const twimlDir = mkdtempSync(join(inject('runDirectory'), 'twiml-'));
  cpSync(join(PROJECT, 'twiml'), twimlDir, { recursive: true });
  const own = join(twimlDir, 'tenants/contoso/languages');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'fr-FR.json'), '{"say": {"approved": "Merci de la part de {{organisation}}."}}');
  return { config: { twimlDir }, policy: { locale: 'it-IT', greeting: GREETING } };
}

describeWorlds('the language of a call', ownTexts, ({ world }) => {
  const heard = (number: string) => {
    const call = world.simulator.calls().find((each) => each.to === number);
    return call?.transcript.flatMap((line) => ('text' in line ? [line.text] : []));
  };
  const profile = (userId: string) => `/v1/users/${userId}/profile`;

  test("is that of the request, else the user's, else the tenant's, else the country's", async () => {
    const other = await world.addTenant('fabrikam');
    await world.api('PUT', profile('erika'), { locale: 'de-AT' });
    const requested = await world.story('press-pound', { userId: 'erika', locale: 'nl' });
    const ofUser = await world.story('press-pound', { userId: 'erika' });
    const ofTenant = await world.story('press-pound', { userId: 'sven' });
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const ofCountry = await other.api('POST', '/v1/verifications', { userId: 'erika', number });
    await world.settle();
    const locales = [requested, ofUser, ofTenant, ofCountry.body].map(({ locale }) => locale);
    expect(locales).toEqual(['nl-NL', 'de-DE', 'it-IT', 'sv-SE']);
    const first = [requested, ofUser, ofTenant, ofCountry.body].map((each) => heard(each.number.e164)?.[0]);
    expect(first[0]).toMatch(/hekje/);
    expect(first[1]).toMatch(/Raute-Taste/);
    expect(first[2]).toMatch(/cancelletto/);
    expect(first[3]).toMatch(/fyrkant/);
  });

  test('goes back to that of the tenant when the user wants none any more', async () => {
    await world.api('PUT', profile('aino'), { locale: 'fi-FI' });
    expect((await world.story('press-pound', { userId: 'aino' })).locale).toBe('fi-FI');
    await world.api('PUT', profile('aino'), { locale: null });
    expect((await world.story('press-pound', { userId: 'aino' })).locale).toBe('it-IT');
  });

  test("has the tenant's greeting before the first prompt and nowhere else", async () => {
    const { number, outcome } = await world.story('wrong-then-pound', { locale: 'sv-SE' });
    expect(outcome).toBe('approved');
    const texts = heard(number.e164) ?? [];
    expect(texts[0]).toBe('Växeln på Contoso.');
    expect(texts[1]).toMatch(/^Hej, vi ringer från contoso AB/);
    expect(texts.filter((text) => text === 'Växeln på Contoso.')).toHaveLength(1);
  });

  test('has a greeting that is played, and is approved all the same', async () => {
    const { number, outcome } = await world.story('press-pound', { locale: 'de-DE' });
    expect(outcome).toBe('approved');
    expect(heard(number.e164)?.[0]).toMatch(/^Hier ist contoso AB/);
  });

  test("has the tenant's own texts in place of everybody's", async () => {
    const own = await world.story('press-pound', { locale: 'fr-FR' });
    expect(heard(own.number.e164)?.at(-1)).toBe('Merci de la part de contoso AB.');
    const german = await world.story('press-pound', { locale: 'de-DE' });
    expect(heard(german.number.e164)?.at(-1)).toMatch(/^Vielen Dank/);
  });
});
