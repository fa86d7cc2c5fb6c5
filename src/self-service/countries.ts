import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import type { ListedCountry } from './screens/number-screen.ts';

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
