import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import type { TenantPolicy } from '../domain/policy.ts';
import type { ListedCountry } from './screens/number-screen.ts';
import type { PageView } from './view/page-view.ts';

/** The countries in a language, the own one of the tenant first. */
export type ListCountries = (language: string, own: string | null) => readonly ListedCountry[];

/** The countries and regions in a language, sorted as it sorts; the own one comes first. */
export function listCountries(language: string, own: string | null): ListedCountry[] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const listed = getCountries().map((code) => ({
    code,
    name: names.of(code) ?? code,
    callingCode: `+${getCountryCallingCode(code)}`,
    otherNames: '',
  }));
  const { compare } = new Intl.Collator(language);
  const isOwn = ({ code }: ListedCountry) => code === own;
  return listed.toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || compare(a.name, b.name));
}

/** The countries that a tenant lets people choose from. @param wanted is chosen if it is one of them; else the first */
export function offeredCountries(
  { countries: list }: { countries: ListCountries },
  { countries: { allowed } }: Pick<TenantPolicy, 'countries'>,
  { language }: Pick<PageView, 'language'>,
  wanted: string,
): { countries: readonly ListedCountry[]; country: string } {
  const own = allowed?.length === 1 ? (allowed[0] ?? null) : null;
  const all = list(language.tag, own);
  const countries = allowed === null ? all : all.filter(({ code }) => allowed.includes(code));
  const country = countries.some(({ code }) => code === wanted) ? wanted : (countries[0]?.code ?? '');
  return { countries, country };
}
