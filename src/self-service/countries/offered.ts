import type { TenantPolicy } from '../../domain/policy.ts';
import { type ListedCountry, listCountries } from './list.ts';

/**
 * The countries that a tenant lets people choose from: first that of the policy, or where it names none that of the language.
 * @param language BCP 47
 * @param wanted ISO 3166-1 alpha-2; it is chosen if it is one of them, else the first is
 */
export function offeredCountries(
  { countries: { allowed } }: Pick<TenantPolicy, 'countries'>,
  language: string,
  wanted: string,
): { countries: readonly ListedCountry[]; country: string } {
  const own = allowed?.[0] ?? new Intl.Locale(language).maximize().region ?? null;
  const countries = listCountries(language, own, allowed);
  const country = countries.some(({ code }) => code === wanted) ? wanted : (countries[0]?.code ?? '');
  return { countries, country };
}
