import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * A number as Microsoft Graph writes it (phoneAuthenticationMethod, `phoneNumber`: "+{country code} {number}x{extension}").
 * A number whose country code libphonenumber does not know stays as it is.
 * @param e164 such as `+46812345678`
 * @param extension digits, or null
 * @returns such as `+46 812345678x1234`
 */
export function formatLikeGraph(e164: string, extension: string | null): string {
  const number = parsePhoneNumberFromString(e164, { extract: false });
  const spaced = number
    ? `+${number.countryCallingCode} ${e164.slice(1 + number.countryCallingCode.length)}`
    : e164;
  return extension === null ? spaced : `${spaced}x${extension}`;
}
