import { type Languages, servedLocale } from '../../providers/locales.ts';

/**
 * Chooses the language of the prompts: the one asked for, else the user's, the tenant's, or that of the number's
 * country, whichever is the first that there are prompts in.
 */
export type ChooseLocale = (candidates: {
  requested: string | undefined;
  ofUser: string | null;
  ofTenant: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string;
}) => string;

/**
 * @param prompts the languages there are, and which of them serves a wanted language (or null)
 * @returns the chooser; it throws `locale.unsupported` when a language was asked for that no prompts serve
 */
export function createChooseLocale(prompts: Languages): ChooseLocale {
  return function chooseLocale({ requested, ofUser, ofTenant, country }) {
    if (requested !== undefined) return servedLocale(prompts, requested);
    // A language may have been taken away since the user or the tenant chose it.
    for (const wish of [ofUser, ofTenant, mainLanguageOf(country), 'en-US']) {
      const served = wish === null ? null : prompts.resolveLocale(wish);
      if (served !== null) return served;
    }
    return prompts.locales[0] ?? 'en-US';
  };
}

const mainLanguages = new Map<string, string>();

/** The language most spoken in a country, with the country: `sv-SE`. There are as many as countries, so all are kept. */
function mainLanguageOf(country: string): string {
  const language = mainLanguages.get(country) ?? likelyLanguageOf(country);
  mainLanguages.set(country, language);
  return language;
}

/** Unicode, likely subtags. */
function likelyLanguageOf(country: string): string {
  // Numbers of no country have the code 001 (libphonenumber).
  if (!/^[A-Z]{2}$/.test(country)) return 'en-US';
  return `${new Intl.Locale(`und-${country}`).maximize().language}-${country}`;
}
