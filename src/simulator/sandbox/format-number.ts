/** Numbers as people read them. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The number with spaces, in the international form; what is no number stays as it is. */
export function forPeople(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

/** As it is dialled within its country. */
export function inItsCountry(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatNational() ?? e164;
}
