import type { TenantPolicy } from '../../domain/policy.ts';
import { type ListedCountry, listCountries } from './list.ts';

/**
 * The countries that a tenant lets people choose from, the first of its policy first.
 * @param language BCP 47
 * @param wanted ISO 3166-1 alpha-2; it is chosen if it is one of them, else the first is
 */
export function offeredCountries(
  { countries: { allowed } }: Pick<TenantPolicy, 'countries'>,
  language: string,
  wanted: string,
): { countries: readonly ListedCountry[]; country: string } {
  const countries = listCountries(language, allowed?.[0] ?? null, allowed);
  const country = countries.some(({ code }) => code === wanted) ? wanted : (countries[0]?.code ?? '');
  return { countries, country };
}
