import { type CountryCode, getCountries, getCountryCallingCode, Metadata } from 'libphonenumber-js/max';
import { keepNewest } from '../../platform/keep-newest.ts';
import { areasOf, nameIn, otherNames } from './names.ts';

/** A country or region as the page lists it. */
export interface ListedCountry {
  /** ISO 3166-1 alpha-2, and a few that telephony has besides. */
  code: string;
  /** In the language of the page. */
  name: string;
  /** Such as `+46`. Some share one. */
  callingCode: string;
  /** Other names and abbreviations by which people look for it. */
  otherNames: readonly string[];
  /** With the calling code, what its numbers begin with where several share the code: `+1242`. */
  areas: readonly string[];
}

/** The languages of the page, and a few more. */
const MOST_LANGUAGES = 30;
const lists = new Map<string, readonly ListedCountry[]>();

/**
 * The countries and regions in a language, in its order; the own one comes first.
 * @param language BCP 47
 * @param own ISO 3166-1 alpha-2; null: none
 * @param only those that may be called; null: all
 */
export function listCountries(
  language: string,
  own: string | null,
  only: readonly string[] | null = null,
): ListedCountry[] {
  const listed = inOrder(language).filter(({ code }) => only === null || only.includes(code));
  return [...listed.filter(({ code }) => code === own), ...listed.filter(({ code }) => code !== own)];
}

function inOrder(language: string): readonly ListedCountry[] {
  const known = lists.get(language);
  if (known) return known;
  const { compare } = new Intl.Collator(language);
  const list = getCountries()
    .map((code) => listed(code, language))
    .toSorted((one, other) => compare(one.name, other.name));
  keepNewest(lists, language, list, MOST_LANGUAGES);
  return list;
}

function listed(code: CountryCode, language: string): ListedCountry {
  const callingCode = `+${getCountryCallingCode(code)}`;
  const name = nameIn(language, code) ?? nameIn('en', code) ?? code;
  return {
    ...{ code, name, callingCode },
    otherNames: otherNames(code).filter((each) => each !== name),
    areas: areasOf(code, leadingDigits(code)).map((area) => `${callingCode}${area}`),
  };
}

/** A pattern of libphonenumber's, whose types leave it out. It has 0 for none. */
function leadingDigits(code: CountryCode): string | undefined {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(code);
  const plan = metadata.numberingPlan as unknown as { leadingDigits?(): string | 0 } | undefined;
  return plan?.leadingDigits?.() || undefined;
}
