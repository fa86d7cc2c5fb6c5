// The code of a text message as people type and paste it.
import { describe, expect, test } from 'vitest';
import { TypedCode } from '../../../src/domain/typed-code.ts';

const ZERO_WIDTH = '\u200b';

describe('a code is read', () => {
  test.each<[how: string, typed: string]>([
    ['as it was sent', '012345'],
    ['in two groups', '012 345'],
    ['in three groups', '01 23 45'],
    ['with a hyphen', '012-345'],
    ['with hyphens everywhere', '0-1-2-3-4-5'],
    ['with dots', '012.345'],
    ['with a no-break space', '012\u00a0345'],
    ['with a narrow no-break space', '012\u202f345'],
    ['with a figure dash', '012\u2012345'],
    ['in brackets', '(012345)'],
    ['with a line break behind it', '012345\r\n'],
    ['with a tab before it', '\t012345'],
    ['with a zero-width space', `012${ZERO_WIDTH}345`],
    ['with direction marks', '\u200e012345\u200f'],
    ['with direction isolates', '\u2066012345\u2069'],
    ['with a byte order mark', '\ufeff012345'],
    ['in Arabic-Indic digits', '٠١٢٣٤٥'],
    ['in Persian digits', '۰۱۲۳۴۵'],
    ['in full-width digits', '０１２３４５'],
    ['in Devanagari digits', '०१२३४५'],
    ['in Thai digits', '๐๑๒๓๔๕'],
    ['in mathematical digits', '𝟎𝟏𝟐𝟑𝟒𝟓'],
    ['in digits of two scripts', '٠١٢345'],
  ])('%s', (_how, typed) => {
    expect(TypedCode.parse(typed)).toBe('012345');
  });
});

describe('no code is', () => {
  test.each<[what: string, typed: unknown]>([
    ['a number', 123456],
    ['nothing', undefined],
    ['null', null],
    ['five digits', '12345'],
    ['seven digits', '1234567'],
    ['a letter that looks like a digit', '12345O'],
    ['a Cyrillic letter that looks like a digit', '12345З'],
    ['a superscript', '12345⁶'],
    ['a circled digit', '12345⑥'],
    ['a Roman numeral', '12345Ⅵ'],
    ['a Chinese numeral', '12345六'],
    ['a fraction', '12345½'],
    ['longer than anybody types', `123456${' '.repeat(60)}`],
  ])('%s', (_what, typed) => {
    expect(TypedCode.safeParse(typed).success).toBe(false);
  });
});
