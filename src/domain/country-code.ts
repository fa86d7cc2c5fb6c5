import { type CountryCode, getCountries, isSupportedCountry } from 'libphonenumber-js/max';

/** What is often given instead of a country's code: codes of languages, and those of the European Union. */
const OTHER_CODES: Partial<Record<string, string>> = {
  CS: 'CZ',
  DA: 'DK',
  EL: 'GR',
  EN: 'GB',
  JA: 'JP',
  KO: 'KR',
  NB: 'NO',
  UK: 'GB',
  ZH: 'CN',
};

/** The code of a country as given, in capitals; undefined when there is no such country. */
export function countryCode(given: string): CountryCode | undefined {
  const code = given.toUpperCase();
  return /^[A-Z]{2}$/.test(code) && isSupportedCountry(code) ? code : undefined;
}

/** The rule that something given as a country breaks, with the code that may be meant: GB for UK or United Kingdom. */
export function countryRule(given: unknown): string {
  const rule = 'This must be a country code of ISO 3166-1 alpha-2';
  const meant = typeof given === 'string' ? codeMeant(given.trim()) : undefined;
  return meant === undefined ? `${rule}, such as SE.` : `${rule}. Did you mean ${meant}?`;
}

function codeMeant(given: string): string | undefined {
  const code = given.toUpperCase();
  return OTHER_CODES[code] ?? countryCode(given) ?? codeOfName(code);
}

function codeOfName(capitals: string): string | undefined {
  const names = new Intl.DisplayNames('en', { type: 'region' });
  return getCountries().find((code) => names.of(code)?.toUpperCase() === capitals);
}
