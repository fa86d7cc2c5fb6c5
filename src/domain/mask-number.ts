import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * A phone number as it may be logged and shown in errors: the country calling code and the last two digits.
 * @param e164 such as `+46812345678`
 * @returns such as `+46 ••• 78`; `•••` for what is no phone number
 */
export function maskNumber(e164: string): string {
  const number = parsePhoneNumberFromString(e164, { extract: false });
  return number ? `+${number.countryCallingCode} ••• ${number.nationalNumber.slice(-2)}` : '•••';
}

/** A line as operators see it: a number masked, the name of a sender of texts as it is. */
export function maskLine(line: string): string {
  return line.startsWith('+') ? maskNumber(line) : line;
}
