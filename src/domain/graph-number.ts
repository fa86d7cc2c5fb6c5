import { formsOf } from './number-forms.ts';

/**
 * A number as Microsoft Graph writes it (phoneAuthenticationMethod, `phoneNumber`: "+{country code} {number}x{extension}").
 * A number whose country code libphonenumber does not know stays as it is.
 * @param e164 such as `+46812345678`
 * @param extension digits, or null
 * @returns such as `+46 812345678x1234`
 */
export function formatLikeGraph(e164: string, extension: string | null): string {
  const { graph } = formsOf(e164);
  return extension === null ? graph : `${graph}x${extension}`;
}
