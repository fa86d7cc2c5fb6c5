/** What seems to be wrong with a number that does not exist: how many digits are missing or too many. */
import {
  AsYouType,
  type CountryCode,
  getCountryCallingCode,
  Metadata,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { type ExampleNumber, exampleNumber } from './example-numbers.ts';

/** How many digits, at least and at most. */
interface Digits {
  least: number;
  most: number;
}

/** Help with a number. Neither missing nor too many digits: something else is wrong, or nothing. */
export interface NumberHint {
  /** The country that the number seems to be of. */
  meant: CountryCode;
  missing: Digits | null;
  extra: Digits | null;
  example: ExampleNumber;
}

/**
 * What to say of a number that was not understood.
 * @param typed without an extension
 * @param country the one chosen; a number with another calling code is looked at as one of that country
 */
export function numberHint(typed: string, country: CountryCode, phoneType: 'office' | 'mobile'): NumberHint {
  const reader = new AsYouType(country);
  reader.input(typed);
  const digits = reader.getNumber()?.nationalNumber ?? '';
  const meant = countryMeant(reader, country);
  const example = exampleNumber(meant, phoneType, digits);
  if (digits === '' || exists(meant, digits, phoneType))
    return { meant, missing: null, extra: null, example };
  const lengths = possibleLengths(meant);
  const missing = lengths.filter((length) => canGrow(meant, digits, length, phoneType));
  const extra = lengths.filter(
    (length) => length < digits.length && exists(meant, digits.slice(0, length), phoneType),
  );
  return { meant, ...nearer(digits.length, missing, extra), example };
}

/** Either of the two: what takes fewer digits; if both take as many, what is missing. */
function nearer(length: number, longer: number[], shorter: number[]): Pick<NumberHint, 'missing' | 'extra'> {
  const missing = spanOf(longer.map((each) => each - length));
  const extra = spanOf(shorter.map((each) => length - each));
  if (missing && extra) {
    return missing.least <= extra.least ? { missing, extra: null } : { missing: null, extra };
  }
  return { missing, extra };
}

const spanOf = (counts: number[]): Digits | null =>
  counts.length === 0 ? null : { least: Math.min(...counts), most: Math.max(...counts) };

function countryMeant(reader: AsYouType, chosen: CountryCode): CountryCode {
  const callingCode = reader.getCallingCode();
  if (callingCode === undefined || callingCode === getCountryCallingCode(chosen)) return chosen;
  return reader.getCountry() ?? mainCountry(callingCode) ?? chosen;
}

/** The first country of a calling code that several share. */
function mainCountry(callingCode: string): CountryCode | undefined {
  const metadata = new Metadata() as unknown as {
    getCountryCodesForCallingCode(code: string): CountryCode[] | undefined;
  };
  return metadata.getCountryCodesForCallingCode(callingCode)?.[0];
}

function possibleLengths(country: CountryCode): number[] {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  return metadata.numberingPlan?.possibleLengths() ?? [];
}

/** Digits that are tried in place of those that are missing. */
const FILLINGS = [
  ...Array.from({ length: 10 }, (_, digit) => String(digit).repeat(15)),
  '123456789012345',
  '234567890123456',
];

function canGrow(
  country: CountryCode,
  digits: string,
  length: number,
  phoneType: 'office' | 'mobile',
): boolean {
  const missing = length - digits.length;
  if (missing <= 0) return false;
  return FILLINGS.some((filling) => exists(country, digits + filling.slice(0, missing), phoneType));
}

/** Types that a mobile phone may have; where numbers do not show what they are, as in North America, both. */
const MOBILE: readonly string[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

function exists(country: CountryCode, digits: string, phoneType: 'office' | 'mobile'): boolean {
  const number = parsePhoneNumberFromString(`+${getCountryCallingCode(country)}${digits}`, {
    extract: false,
  });
  if (!number?.isValid()) return false;
  return phoneType === 'office' || MOBILE.includes(number.getType() ?? '');
}
