// Numbers as browsers fill them in: with a country code or without, with a + or without, beside a country that was picked. The
// code is never put in front of a number that has it.
import { getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { parseNumber } from '../../../src/domain/number.ts';
import { parsePolicy } from '../../../src/domain/policy.ts';

const defaults = parsePolicy({}, 'Contoso');
const read = (number: string, country?: string) => parseNumber({ number, country }, defaults);

/** By the languages of the prompts. */
const COUNTRIES = [
  'DK',
  'DE',
  'GB',
  'US',
  'ES',
  'FI',
  'FR',
  'IT',
  'JP',
  'NO',
  'NL',
  'PL',
  'BR',
  'SE',
] as const;

describe('what browsers fill in', () => {
  test.each(COUNTRIES)('is a mobile of %s, with its country code or without', (country) => {
    const mobile = getExampleNumber(country, examples);
    if (!mobile) throw new Error(`libphonenumber has no mobile of ${country}`);
    const { number, countryCallingCode: code, nationalNumber } = mobile;
    const forms = [
      ...[number, `+${code} ${nationalNumber}`, `+${code}-${nationalNumber}`, mobile.formatInternational()],
      ...[mobile.formatNational(), nationalNumber, `tel:${number}`],
    ];
    for (const form of forms) expect(read(form, country).e164, form).toBe(number);
  });

  test.each(COUNTRIES)('is never given the code of %s twice', (country) => {
    const mobile = getExampleNumber(country, examples);
    const code = mobile?.countryCallingCode;
    // The + was dropped, or a picker put its code in front of what has one.
    for (const form of [`${code}${mobile?.nationalNumber}`, `${code} ${mobile?.formatNational()}`]) {
      const asked = () => read(form, country).e164;
      try {
        expect(asked(), form).toBe(mobile?.number);
      } catch (error) {
        expect(error, form).toMatchObject({ code: 'number.invalid', problems: [{ field: '/number' }] });
      }
    }
  });

  test.each([
    ['a German mobile', '49 1512 3456789', 'DE', '+4915123456789', '04915 123456789'],
    ['a number of Stockholm, or one of Lund', '46 8 12 34 56', 'SE', '+468123456', '046-812 34 56'],
  ])('is asked about where it can be read in two ways: %s', (_what, typed, country, withPlus, asDialed) => {
    const rule = /^This can be read in two ways: \d+ may be the country code, .* Write \+ in front/;
    const refused = {
      code: 'number.invalid',
      problems: [{ field: '/number', rule: expect.stringMatching(rule) }],
    };
    expect(() => read(typed, country)).toThrow(expect.objectContaining(refused));
    expect(read(withPlus, country).e164).toBe(withPlus);
    expect(read(asDialed, country).e164).not.toBe(withPlus);
  });

  test.each([
    ['+46 (0)8 123 456 78', 'SE', '+46812345678'],
    ['+46 (0) 70-123 45 67', 'SE', '+46701234567'],
    ['0046 8 123 456 78', 'SE', '+46812345678'],
    ['+49 (0)30 1234567', 'DE', '+49301234567'],
    ['+44 (0)7400 123456', 'GB', '+447400123456'],
  ])('has a 0 that is not dialed from abroad: %s', (typed, country, e164) => {
    expect(read(typed, country).e164).toBe(e164);
  });
});
