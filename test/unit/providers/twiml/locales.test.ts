import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../src/errors.ts';
import { createResolveLocale, servedLocale } from '../../../../src/providers/locales.ts';
import { loadPrompts } from '../../../../src/providers/twilio/twiml/load-prompts.ts';
import { PROMPTS_DIRECTORY } from './copied-prompts.ts';

const prompts = loadPrompts(PROMPTS_DIRECTORY);

describe('the language', () => {
  it.each([
    ['sv-SE', 'sv-SE'],
    ['SV-se', 'sv-SE'],
    ['sv', 'sv-SE'],
    ['sv-FI', 'sv-SE'],
    ['en', 'en-US'],
    ['en-CA', 'en-US'],
    ['en-GB', 'en-GB'],
    // Where the key is the hash key.
    ['en-IE', 'en-GB'],
    ['en-au', 'en-GB'],
    ['no', 'nb-NO'],
    ['no-NO', 'nb-NO'],
    ['nn-NO', 'nb-NO'],
    ['nb', 'nb-NO'],
    ['de-CH', 'de-DE'],
    ['de-Latn-AT', 'de-DE'],
    ['fr-CA', 'fr-FR'],
    ['es-419', 'es-ES'],
    ['ja', 'ja-JP'],
    ['zh-CN', null],
    ['und', null],
    ['s', null],
    ['en_US', null],
    ['../sv-SE', null],
    ['', null],
    [null, null],
  ])('for the wish %s is %s', (wanted, expected) => {
    expect(prompts.resolveLocale(wanted)).toBe(expected);
  });

  it('is the first one of its kind when none is of the main country', () => {
    const resolve = createResolveLocale([
      { locale: 'en-IN', alsoFor: [] },
      { locale: 'en-GB', alsoFor: [] },
    ]);
    expect(resolve('en-US')).toBe('en-GB');
  });

  it('of a call is the nearest one, and some language when it was taken away meanwhile', () => {
    const swedish = prompts.render('approved', 'sv-SE', {});
    expect(prompts.render('approved', 'sv-FI', {})).toBe(swedish);
    expect(prompts.render('approved', 'zh-CN', {})).toBe(prompts.render('approved', 'da-DK', {}));
  });

  it('that is not served is refused by name, with those that are', () => {
    expect(servedLocale(prompts, 'nn')).toBe('nb-NO');
    let refusal: unknown;
    try {
      servedLocale(prompts, 'zh-CN');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(ServiceError);
    expect(refusal).toMatchObject({
      code: 'locale.unsupported',
      problems: [{ field: '/locale', rule: expect.stringMatching(/da-DK, de-DE.*sv-SE/) }],
    });
  });
});
