import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chooseGreeting } from '../../../src/journey/call/choose-greeting.ts';
import { createChooseLocale } from '../../../src/journey/request/choose-locale.ts';
import { loadPrompts } from '../../../src/providers/twilio/twiml/load-prompts.ts';
import { PROJECT } from '../../support/lint.ts';

const prompts = loadPrompts(join(PROJECT, 'twiml'));
const chooseLocale = createChooseLocale(prompts);

it.each<
  [
    requested: string | undefined,
    ofUser: string | null,
    ofTenant: string | null,
    country: string,
    chosen: string,
  ]
>([
  ['de', 'fr-FR', 'it-IT', 'SE', 'de-DE'],
  [undefined, 'fr-FR', 'it-IT', 'SE', 'fr-FR'],
  [undefined, null, 'it-IT', 'SE', 'it-IT'],
  [undefined, null, null, 'SE', 'sv-SE'],
  [undefined, 'zh-CN', 'it-IT', 'SE', 'it-IT'],
  [undefined, 'zh-CN', 'ko-KR', 'SE', 'sv-SE'],
  [undefined, null, null, 'NO', 'nb-NO'],
  [undefined, null, null, 'AT', 'de-DE'],
  [undefined, null, null, 'IE', 'en-GB'],
  [undefined, null, null, 'US', 'en-US'],
  [undefined, null, null, 'BR', 'pt-BR'],
  [undefined, null, null, 'TR', 'en-US'],
  [undefined, null, null, '001', 'en-US'],
])('request %s, user %s, tenant %s, country %s: %s', (requested, ofUser, ofTenant, country, chosen) => {
  expect(chooseLocale({ requested, ofUser, ofTenant, country })).toBe(chosen);
});

it('refuses a request for a language without prompts, whatever user and tenant want', () => {
  const wishes = { requested: 'zh-CN', ofUser: 'sv-SE', ofTenant: 'sv-SE', country: 'SE' };
  expect(() => chooseLocale(wishes)).toThrow(/no prompts in the language asked for/);
});

it.each([
  ['sv-SE', 'Hej hej'],
  ['sv-FI', 'Hej'],
  ['de-DE', null],
  ['en-GB', 'Hello'],
  ['constructor', null],
])('greets in %s with %s', (locale, text) => {
  const greetings = { sv: { text: 'Hej' }, 'SV-se': { text: 'Hej hej' }, 'en-gb': { text: 'Hello' } };
  expect(chooseGreeting(greetings, locale)).toEqual(text === null ? null : { text });
});
