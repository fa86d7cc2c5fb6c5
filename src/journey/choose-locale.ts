import { ServiceError } from '../errors.ts';

/** Chooses the language of the prompts: the one asked for, else the tenant's, else the one of the number's country. */
export type ChooseLocale = (wishes: {
  requested: string | undefined;
  ofTenant: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string;
}) => string;

/**
 * @param prompts the languages there are, and which of them serves a wish (or null)
 * @returns the chooser; it throws `locale.unsupported` when a language was asked for that no prompts serve
 */
export function createChooseLocale(prompts: {
  locales: string[];
  resolveLocale(wanted: string): string | null;
}): ChooseLocale {
  return function chooseLocale({ requested, ofTenant, country }) {
    const chosen = prompts.resolveLocale(requested ?? ofTenant ?? mainLanguageOf(country));
    if (chosen !== null) return chosen;
    if (requested === undefined) return prompts.resolveLocale('en-US') ?? prompts.locales[0] ?? 'en-US';
    const rule = `This must be one of ${prompts.locales.join(', ')}.`;
    throw new ServiceError('locale.unsupported', `There are no prompts in the language asked for. ${rule}`, {
      problems: [{ field: '/locale', rule }],
    });
  };
}

/** The language most spoken in a country (Unicode, likely subtags). */
function mainLanguageOf(country: string): string {
  return `${new Intl.Locale(`und-${country}`).maximize().language}-${country}`;
}
