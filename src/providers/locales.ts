import { ServiceError } from '../errors.ts';

/** The languages that calls are made in. */
export interface Languages {
  /** Such as `sv-SE`, sorted. */
  locales: string[];
  /** The language that serves a wish (a tag of BCP 47), or null; see `createResolveLocale`. */
  resolveLocale(wanted: string | null): string | null;
}

/** What of a language file says whom it serves: its own locale, and further ones (`en-AU`) or languages (`nn`). */
interface Serving {
  locale: string;
  alsoFor: readonly string[];
}

/**
 * Returns the function that finds the language that serves a wish, a tag of BCP 47 in any case: the very one; one
 * that says it also serves it; the one of the country where the language is mainly spoken (Unicode, likely subtags:
 * `en` means `en-US`); the first of the same language; one that also serves the language; else null.
 */
export function createResolveLocale(languages: readonly Serving[]) {
  const sorted = languages.toSorted((a, b) => (a.locale < b.locale ? -1 : 1));
  const tagged = sorted.map(({ locale, alsoFor }) => ({
    locale,
    own: locale.toLowerCase(),
    serves: alsoFor.map((tag) => tag.toLowerCase()),
  }));
  return function resolveLocale(wanted: string | null): string | null {
    const wish = wanted?.toLowerCase() ?? '';
    const language = languageOf(wish);
    const exact = tagged.find(({ own }) => own === wish);
    if (exact) return exact.locale;
    const main = mainLocaleOf(language);
    const found =
      tagged.find(({ serves }) => serves.includes(wish)) ??
      tagged.find(({ own }) => own === main) ??
      tagged.find(({ own }) => languageOf(own) === language) ??
      tagged.find(({ serves }) => serves.includes(language));
    return found?.locale ?? null;
  };
}

/**
 * The language that serves a wish.
 * @throws ServiceError `locale.unsupported` naming `/locale` when none does
 */
export function servedLocale(languages: Languages, wanted: string): string {
  const served = languages.resolveLocale(wanted);
  if (served !== null) return served;
  const rule = `This must be one of ${languages.locales.join(', ')}.`;
  throw new ServiceError('locale.unsupported', `There are no prompts in the language asked for. ${rule}`, {
    problems: [{ field: '/locale', rule }],
  });
}

function languageOf(locale: string): string {
  return locale.split('-')[0] ?? '';
}

/** In lower case, or null for what is no language. */
function mainLocaleOf(language: string): string | null {
  if (!/^[a-z]{2,3}$/.test(language)) return null;
  const { region } = new Intl.Locale(language).maximize();
  return region === undefined ? null : `${language}-${region.toLowerCase()}`;
}
