import { type CountryCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { exampleNumber } from '../../../../src/self-service/countries/example-numbers.ts';
import { showTyped } from '../../../../src/self-service/countries/typed.ts';

const STOCKHOLM = { number: '08-465 004 22', extension: null, country: 'SE' };

describe('a number that was typed', () => {
  test.each([
    ['08-46500422', 'SE'],
    ['08 465 004 22', 'SE'],
    ['(08) 465 004 22', 'SE'],
    ['08/465.004.22', 'SE'],
    ['+46 8 465 004 22', 'SE'],
    ['+46 (0)8 465 004 22', 'SE'],
    ['0046 8 465 004 22', 'SE'],
    ['tel:+46-8-465-004-22', 'SE'],
    ['０８－４６５００４２２', 'SE'],
    ['\u202a+46 8 465 004 22\u202c', 'SE'],
    ['+46 8 465 004 22', 'NO'],
    ['0046 8 465 004 22', 'NO'],
  ] as const)('%s, with %s chosen, is shown as Sweden writes it', (typed, chosen) => {
    expect(showTyped(typed, chosen)).toEqual(STOCKHOLM);
  });

  test('has its extension taken off', () => {
    expect(showTyped('08-465 004 22 ankn 12', 'SE')).toEqual({ ...STOCKHOLM, extension: '12' });
    expect(showTyped('+46846500422x1234', 'SE')).toEqual({ ...STOCKHOLM, extension: '1234' });
  });

  test('is grouped as far as it goes when it is not complete', () => {
    expect(showTyped('0846500', 'SE')).toEqual({ number: '08-465 00', extension: null, country: 'SE' });
    expect(showTyped('+468465', 'NO')).toMatchObject({ number: '+46 8 465', country: 'NO' });
  });

  test.each(['hello', '08-465 004 22 08-465 004 23', '67#', '08 465 004 22 oder 23', '', 'x'.repeat(300)])(
    'stays as it is when it cannot be read: %s',
    (typed) => {
      expect(showTyped(typed, 'SE')).toEqual({ number: typed, extension: null, country: 'SE' });
    },
  );

  test('stays as it is when it fits no form of the country', () => {
    expect(showTyped('08 465 004 22', 'NO')).toEqual({
      number: '08 465 004 22',
      extension: null,
      country: 'NO',
    });
  });
});

describe('the country that was chosen', () => {
  test.each<[typed: string, chosen: CountryCode]>([
    ['018 1234567', 'AX'],
    ['+358 18 1234567', 'AX'],
    ['79 12 34 56', 'SJ'],
    ['+47 79 12 34 56', 'SJ'],
    ['01534 456789', 'JE'],
    ['+44 1534 456789', 'JE'],
    ['506 234 5678', 'CA'],
    ['+1 506 234 5678', 'CA'],
    ['8 7123 45 67 89', 'KZ'],
    ['+7 712 345 67 89', 'KZ'],
    ['0590 20 12 34', 'GP'],
    ['+590 590 20 12 34', 'GP'],
    // libphonenumber takes these for numbers of Canada's neighbour, or of Saint Barthélemy.
    ['+1 800 234 5678', 'CA'],
    ['+590 590 27 12 34', 'MF'],
  ])('stays with a number of its own: %s, %s', (typed, chosen) => {
    const shown = showTyped(typed, chosen);
    expect(shown.country).toBe(chosen);
    expect(showTyped(shown.number, shown.country)).toEqual(shown);
  });

  test.each<[typed: string, chosen: CountryCode, proven: CountryCode]>([
    ['+358 18 1234567', 'FI', 'AX'],
    ['+358 13 1234567', 'AX', 'FI'],
    ['+44 20 7946 0022', 'JE', 'GB'],
    ['+1 212 555 0122', 'CA', 'US'],
    ['+7 495 123 45 67', 'KZ', 'RU'],
    ['+46 8 465 004 22', 'FI', 'SE'],
  ])('changes with a number that cannot be its own: %s, %s to %s', (typed, chosen, proven) => {
    expect(showTyped(typed, chosen).country).toBe(proven);
  });

  test.each(['+1 2', '+44', '+7 7', '+358 1', '0', ''])('stays while %s proves nothing', (typed) => {
    for (const chosen of ['CA', 'JE', 'KZ', 'AX'] as const)
      expect(showTyped(typed, chosen).country).toBe(chosen);
  });
});

describe('of every country', () => {
  test.each(getCountries().map((country) => [country]))(
    '%s: what is shown is read as the same number',
    (country) => {
      const example = exampleNumber(country, 'office', '');
      const before = parsePhoneNumberFromString(example.number, { defaultCountry: country, extract: false });
      expect(before?.isValid(), example.number).toBe(true);
      expect(before?.getType()).toMatch(/^FIXED_LINE/);
      const shown = showTyped(before?.number ?? '', country);
      expect(shown.country).toBe(country);
      const again = parsePhoneNumberFromString(shown.number, {
        defaultCountry: shown.country,
        extract: false,
      });
      expect(again?.number).toBe(before?.number);
      const mobile = exampleNumber(country, 'mobile', '').number;
      const parsed = parsePhoneNumberFromString(mobile, { defaultCountry: country, extract: false });
      // Those that are kept for films need not exist.
      expect(parsed?.isPossible(), mobile).toBe(true);
    },
  );
});
