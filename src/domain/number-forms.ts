import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { keepNewest } from '../platform/keep-newest.ts';

/** A number that was parsed, as it is shown. */
export interface NumberForms {
  /** libphonenumber's name for the kind of number, such as `FIXED_LINE`; null: it knows none. */
  type: string | null;
  /** In groups, with its country code, for people: `+46 8 123 456 78`. */
  international: string;
  /** As Microsoft Graph writes it, without an extension: `+46 812345678`. */
  graph: string;
}

/** A verification is shown several times, and finding the type costs more than all the rest of it. */
const MOST_KEPT = 1_000;
const kept = new Map<string, NumberForms>();

/** How an E.164 number is shown. One whose country code libphonenumber does not know stays as it is. */
export function formsOf(e164: string): NumberForms {
  const known = kept.get(e164);
  if (known) return known;
  const number = parsePhoneNumberFromString(e164, { extract: false });
  return number
    ? keepForms(number, number.getType() ?? null)
    : { type: null, international: e164, graph: e164 };
}

/** The forms of a parsed number whose type is known, which are kept for the times when it is shown. */
export function keepForms(number: PhoneNumber, type: string | null): NumberForms {
  const { number: e164, countryCallingCode } = number;
  const graph = `+${countryCallingCode} ${e164.slice(1 + countryCallingCode.length)}`;
  const forms = { type, international: number.formatInternational(), graph };
  keepNewest(kept, e164, forms, MOST_KEPT);
  return forms;
}
