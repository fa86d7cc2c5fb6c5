// What the project's own languages say: the local word for the # key, short prompts, each language in its own words.
import { describe, expect, it } from 'vitest';
import { CALL_STEPS, type CallStep, STEP_RULES } from '../../../../src/providers/dialogue.ts';
import { loadPrompts } from '../../../../src/providers/twilio/twiml/load-prompts.ts';
import { PROMPTS_DIRECTORY } from './copied-prompts.ts';
import { spoken } from './read-twiml.ts';

const prompts = loadPrompts(PROMPTS_DIRECTORY);
const urls = { digitsUrl: 'd', silenceUrl: 's', retryUrl: 'r' };
const said = (step: CallStep, locale: string) =>
  spoken(prompts.render(step, locale, { organisation: 'Contoso', timeoutS: 5, ...urls }));

/** What the # key and the 0 key are called on the phone. */
const KEYS: Record<string, { pound: RegExp; zero: RegExp }> = {
  'en-US': { pound: /the pound key/, zero: /press zero/ },
  'en-GB': { pound: /the hash key/, zero: /press zero/ },
  'sv-SE': { pound: /fyrkant/, zero: /tryck noll/ },
  'nb-NO': { pound: /firkant/, zero: /trykk null/ },
  'da-DK': { pound: /firkant/, zero: /tryk nul/ },
  'fi-FI': { pound: /ruutunäppäintä/, zero: /paina nollaa/ },
  'de-DE': { pound: /Raute-Taste/, zero: /die Null/ },
  'fr-FR': { pound: /touche dièse/, zero: /appuyez sur zéro/ },
  'es-ES': { pound: /almohadilla/, zero: /pulse cero/ },
  'nl-NL': { pound: /hekje/, zero: /een nul/ },
  'it-IT': { pound: /cancelletto/, zero: /prema zero/ },
  'pt-BR': { pound: /jogo da velha/, zero: /tecle zero/ },
  'pl-PL': { pound: /krzyżyk/, zero: /nacisnąć zero/ },
  'ja-JP': { pound: /シャープ/, zero: /ゼロ/ },
};

/** Words by which a text that was left in another language would be known. */
const ENGLISH = /\b(the|press|key|goodbye|please|call|sorry|thank)\b/i;

describe.each(prompts.locales)('%s', (locale) => {
  const questions = CALL_STEPS.filter((step) => ![null, 'repeat'].includes(STEP_RULES[step].takes));

  it.each(questions)('calls the # key by its name in %s', (step) => {
    expect(said(step, locale)).toMatch(KEYS[locale]?.pound ?? 'no name');
  });

  it.each(['ask', 'ask-number', 'ask-pin'] as const)(
    'says who is calling and the way out of an unexpected call in %s',
    (step) => {
      expect(said(step, locale)).toContain('Contoso');
      expect(said(step, locale)).toMatch(KEYS[locale]?.zero ?? 'no name');
    },
  );

  it.each([
    ['ask', 10],
    ['ask-number', 13],
    ['ask-pin', 13],
    ['wrong-key', 10],
    ['wrong-number', 10],
    ['wrong-pin', 10],
    ['silence', 10],
    ['silence-number', 10],
    ['silence-pin', 10],
    ['report-fraud', 10],
    ['report-or-stop', 15],
  ] as const)('says %s in less than %i seconds', (step, seconds) => {
    expect(secondsToSay(said(step, locale), locale)).toBeLessThan(seconds);
  });
});

it.each(prompts.locales.filter((locale) => !locale.startsWith('en-')))('%s is not half English', (locale) => {
  for (const step of CALL_STEPS) expect(said(step, locale)).not.toMatch(ENGLISH);
});

it('has the languages that were promised', () => {
  expect(prompts.locales).toEqual(Object.keys(KEYS).sort());
});

it.each(CALL_STEPS)('says %s in each language in words of its own', (step) => {
  const texts = prompts.locales.map((locale) => said(step, locale));
  expect(new Set(texts).size).toBe(texts.length);
});

/**
 * How long a text takes to be said, s: 15 characters a second in alphabets; in Japanese 8 morae a second, of which a
 * kanji has about two, a small ya, yu or yo none, and the pause at a mark lasts three.
 */
function secondsToSay(text: string, locale: string): number {
  if (locale !== 'ja-JP') return text.length / 15;
  const morae = [...text].map((character) => {
    if (/\p{Script=Han}/u.test(character)) return 2;
    if (/[。、]/u.test(character)) return 3;
    return /[ゃゅょャュョ]/u.test(character) ? 0 : 1;
  });
  return morae.reduce<number>((sum, count) => sum + count, 0) / 8;
}
