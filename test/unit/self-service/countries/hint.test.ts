import type { CountryCode } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { numberHint } from '../../../../src/self-service/countries/hint.ts';

const STOCKHOLM = { number: '08-465 004 22', area: 'Stockholm' };

describe('of a number that does not exist', () => {
  test('how many digits are missing is told, and what one of the same town looks like', () => {
    expect(numberHint('08-465 00', 'SE', 'office')).toEqual({
      meant: 'SE',
      missing: { least: 1, most: 3 },
      extra: null,
      example: STOCKHOLM,
    });
    expect(numberHint('+46 8 465', 'NO', 'office')).toEqual({
      meant: 'SE',
      missing: { least: 3, most: 5 },
      extra: null,
      example: STOCKHOLM,
    });
  });

  test('how many are too many is told', () => {
    expect(numberHint('08-465 004 22 1', 'SE', 'office')).toMatchObject({
      missing: null,
      extra: { least: 1, most: 3 },
      example: STOCKHOLM,
    });
    expect(numberHint('(212) 555-01222', 'US', 'office')).toMatchObject({
      missing: null,
      extra: { least: 1, most: 1 },
      example: { number: '(212) 555-0122', area: null },
    });
  });

  test.each<[typed: string, country: CountryCode, missing: number, example: string]>([
    ['020 7946', 'GB', 4, '020 7946 0022'],
    ['0121 4', 'GB', 6, '0121 496 0022'],
    ['01 99 00', 'FR', 4, '01 99 00 14 22'],
    ['(613) 555-01', 'CA', 2, '(613) 555-0122'],
    ['(02) 5550', 'AU', 4, '(02) 5550 0122'],
    ['79 12 34', 'SJ', 2, '79 12 34 56'],
    ['0590 20', 'GP', 4, '0590 20 12 34'],
  ])('%s in %s: %i are missing, as in %s', (typed, country, missing, example) => {
    expect(numberHint(typed, country, 'office')).toMatchObject({
      missing: { least: missing, most: missing },
      example: { number: example },
    });
  });

  test('a mobile is looked at as a mobile', () => {
    expect(numberHint('070-174 06', 'SE', 'mobile')).toEqual({
      meant: 'SE',
      missing: { least: 2, most: 2 },
      extra: null,
      example: { number: '070-174 06 22', area: null },
    });
    expect(numberHint('08-465 004 22', 'SE', 'mobile')).toMatchObject({ missing: null, extra: null });
  });

  test.each(['', '0', 'hello', '<script>', '+', '+999 123', '9'.repeat(200)])(
    'nothing is made up of %s',
    (typed) => {
      const { missing, example } = numberHint(typed, 'SE', 'office');
      expect(missing).toBeNull();
      expect(example.number).toBe('08-465 004 22');
    },
  );
});

test('of a number that exists nothing is missing', () => {
  expect(numberHint('08-465 004 22', 'SE', 'office')).toEqual({
    meant: 'SE',
    missing: null,
    extra: null,
    example: STOCKHOLM,
  });
});
