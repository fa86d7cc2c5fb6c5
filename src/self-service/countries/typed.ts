/** A number as it is typed on the page: shown in its country's form, and the country kept apart from it. */
import {
  AsYouType,
  type CountryCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { readTypedNumber, type TypedNumber } from '../../domain/typed-number.ts';
import { ServiceError } from '../../errors.ts';

/** What the fields of the page hold once somebody has left them or pasted something. */
export interface ShownNumber {
  /** Grouped as in its country; as typed where it cannot be read. */
  number: string;
  /** The extension that stood behind the number; null: there was none. */
  extension: string | null;
  /** The country chosen, or another one that the number proves. */
  country: CountryCode;
}

/**
 * Shows a number as its country writes it. Call it when a field is left and after pasting, never while somebody types.
 * @param typed as people type or paste it, with an extension or without
 * @param chosen the country in the list
 */
export function showTyped(typed: string, chosen: CountryCode): ShownNumber {
  const read = readOrNull(typed);
  if (!read) return { number: typed.trim(), extension: null, country: chosen };
  const { extension } = read;
  const number = parsePhoneNumberFromString(read.number, { defaultCountry: chosen, extract: false });
  if (!number?.isValid()) return { number: partly(read.number, chosen), extension, country: chosen };
  const country = provenCountry(number, chosen);
  return { number: nationalIn(number, country), extension, country };
}

/**
 * The country of a valid number: the one chosen, unless the number cannot be one of it. Several share a calling code, some
 * even numbers (Guadeloupe and Saint Martin), so libphonenumber's first guess proves nothing.
 */
function provenCountry(number: PhoneNumber, chosen: CountryCode): CountryCode {
  return isNumberOf(number, chosen) ? chosen : (number.country ?? chosen);
}

function isNumberOf({ number }: PhoneNumber, country: CountryCode): boolean {
  const seen = parsePhoneNumberFromString(number, { extract: false });
  const inCountry = parsePhoneNumberFromString(seen?.nationalNumber ?? '', {
    defaultCountry: country,
    extract: false,
  });
  if (!seen || inCountry?.number !== number) return false;
  // With its country set, libphonenumber checks by the patterns of that one alone.
  seen.country = country;
  return seen.isValid();
}

/** In the form that is read back to the same number. */
function nationalIn(number: PhoneNumber, country: CountryCode): string {
  const national = number.formatNational();
  const again = parsePhoneNumberFromString(national, { defaultCountry: country, extract: false });
  return again?.number === number.number ? national : number.formatInternational();
}

/** A number that is not complete, grouped as far as it goes; as typed where it fits no form of the country. */
function partly(typed: string, country: CountryCode): string {
  const grouped = new AsYouType(country).input(typed);
  const isGrouped = /\d\D+\d/.test(grouped) && digitsOf(grouped) === digitsOf(typed);
  return isGrouped ? grouped : typed;
}

const digitsOf = (text: string): string => text.replaceAll(/[^\d+]/g, '');

function readOrNull(typed: string): TypedNumber | null {
  try {
    return readTypedNumber(typed);
  } catch (error) {
    if (error instanceof ServiceError) return null;
    throw error;
  }
}
