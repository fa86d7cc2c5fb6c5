import { getCountries } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { type ListedCountry, listCountries } from '../../../../src/self-service/countries/list.ts';

/** The browser's own, which is JavaScript. */
const SEARCH: string = '../../../../src/self-service/browser/country-search.js';
const { findCountries } = (await import(SEARCH)) as {
  findCountries(countries: readonly ListedCountry[], typed: string): ListedCountry[];
};

const LANGUAGES = ['en', 'sv', 'nb', 'da', 'fi', 'de', 'fr', 'es', 'nl', 'it', 'pt', 'pl', 'ja', 'ar'];
const codes = (countries: readonly ListedCountry[]) => countries.map(({ code }) => code);

describe('the countries and regions', () => {
  test.each(LANGUAGES)('in %s all have a name, and no two the same', (language) => {
    const listed = listCountries(language, null);
    expect(codes(listed).toSorted()).toEqual(getCountries().toSorted());
    expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
    expect(listed.filter(({ code, name }) => code === name || name === '')).toEqual([]);
  });

  test('stand in the order of the language, the own one first', () => {
    const swedish = listCountries('sv', 'SE').map(({ name }) => name);
    expect(swedish[0]).toBe('Sverige');
    expect(swedish[1]).toBe('Afghanistan');
    expect(swedish.slice(-3)).toEqual(['Åland', 'Österrike', 'Östtimor']);
    const english = listCountries('en', null).map(({ name }) => name);
    expect(english[0]).toBe('Afghanistan');
    expect(english.indexOf('Åland Islands')).toBeLessThan(english.indexOf('Albania'));
  });

  test('are those that may be called, where not all may', () => {
    expect(codes(listCountries('en', 'SE', ['SZ', 'SE', 'CH']))).toEqual(['SE', 'SZ', 'CH']);
    expect(codes(listCountries('en', 'SE', ['CH']))).toEqual(['CH']);
  });

  test('have their calling codes', () => {
    const byCode = new Map(listCountries('en', null).map((each) => [each.code, each]));
    expect(byCode.get('SE')).toMatchObject({ name: 'Sweden', callingCode: '+46', areas: [] });
    expect(byCode.get('AX')).toMatchObject({ callingCode: '+358', areas: ['+35818'] });
    expect(byCode.get('BS')).toMatchObject({ callingCode: '+1', areas: ['+1242'] });
    expect(byCode.get('FI')?.otherNames).toEqual(['Suomi']);
  });
});

describe('a country is found', () => {
  const english = listCountries('en', 'SE');
  const first = (typed: string, countries = english) => codes(findCountries(countries, typed))[0];

  test.each<[typed: string, code: string]>([
    ...(['UK', 'u.k.', 'Great Britain', 'great-britain', 'England', 'GB'].map((typed) => [typed, 'GB']) as [
      string,
      string,
    ][]),
    ...(['Holland', 'the netherlands', 'Nederland', 'nl'].map((typed) => [typed, 'NL']) as [
      string,
      string,
    ][]),
    ...(['USA', 'U.S.A.', 'America', 'united states of', 'us'].map((typed) => [typed, 'US']) as [
      string,
      string,
    ][]),
    ...(['Czech Republic', 'czech', 'Česko', 'cesko'].map((typed) => [typed, 'CZ']) as [string, string][]),
    ...(['Swiss', 'Schweiz', 'suisse', 'switz'].map((typed) => [typed, 'CH']) as [string, string][]),
    ...(['Suomi', 'Finland', '+358', '358', '00358'].map((typed) => [typed, 'FI']) as [string, string][]),
    ...(['Sverige', 'sweden', ' SWE', '+46', '46', '+46 70 174 06 22'].map((typed) => [typed, 'SE']) as [
      string,
      string,
    ][]),
    ['aland', 'AX'],
    ['Åland', 'AX'],
    ['spitsbergen', 'SJ'],
    ['kazakhstan', 'KZ'],
    ['+1 242', 'BS'],
    ['+1242 555', 'BS'],
    ['1876', 'JM'],
    ['+44 1534', 'JE'],
    ['+7 7', 'KZ'],
    ['turkey', 'TR'],
    ['ivory coast', 'CI'],
    ["cote d'ivoire", 'CI'],
    ['cote d’ivoire', 'CI'],
    ['burma', 'MM'],
    ['bosnia and', 'BA'],
    ['saint lucia', 'LC'],
    ['日本', 'JP'],
    ['Österreich', 'AT'],
    ['danmark', 'DK'],
    ['faroe', 'FO'],
  ])('by %s: %s', (typed, code) => {
    expect(first(typed)).toBe(code);
  });

  test('by what stands within its name too, after those that begin so', () => {
    expect(codes(findCountries(english, 'sw'))).toEqual(['SE', 'CH', 'SZ', 'BW']);
  });

  test('in the language of the page and in English', () => {
    const swedish = listCountries('sv', 'SE');
    for (const typed of ['Tyskland', 'Germany', 'Deutschland', 'tysk'])
      expect(first(typed, swedish)).toBe('DE');
    const japanese = listCountries('ja', 'JP');
    for (const typed of ['スウェーデン', 'Sweden', 'Sverige', 'SE'])
      expect(first(typed, japanese)).toBe('SE');
  });

  test('with all who share its calling code', () => {
    expect(codes(findCountries(english, '+47')).toSorted()).toEqual(['NO', 'SJ']);
    expect(codes(findCountries(english, '+590')).toSorted()).toEqual(['BL', 'GP', 'MF']);
    expect(codes(findCountries(english, '+44')).toSorted()).toEqual(['GB', 'GG', 'IM', 'JE']);
    expect(codes(findCountries(english, '+1')).slice(0, 2)).toEqual(['CA', 'US']);
  });

  test('among all when nothing is typed, and not when nothing fits', () => {
    expect(findCountries(english, ' ')).toEqual(english);
    expect(findCountries(english, 'atlantis')).toEqual([]);
    expect(findCountries(english, '+999')).toEqual([]);
    expect(findCountries(english, '<script>alert(1)</script>')).toEqual([]);
    expect(findCountries(english, 'x'.repeat(10_000))).toEqual([]);
  });
});
