import { ServiceError } from '../errors.ts';
import { parseNumber } from './number.ts';
import { calledForm } from './sign-in-number.ts';

/** Rules that every number meets that exists. */
const ANY: Parameters<typeof parseNumber>[1] = {
  officePhone: { allowed: true, mobileNumbers: 'allowed' },
  countries: { allowed: null },
  numberTypes: { refused: [], nonGeographicRefused: false },
  extension: { allowed: true, pauseBeforeS: 0, pauseAfterS: 0 },
};

/**
 * A typed number as E.164, whether or not it may be called; null when there is none. An older form of a mobile's number, which does
 * not exist any more, is the one with which it is called.
 */
export const anyNumber = (typed: Typed): string | null =>
  orNull(() => parseNumber(typed, ANY).e164) ?? orNull(() => calledForm(typed));

/** The country of a number with `+` (see `ParsedNumber`); null when there is no such number. */
export const countryOf = (number: string): string | null =>
  orNull(() => parseNumber({ number }, ANY).country);

type Typed = Parameters<typeof parseNumber>[0];

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError) return null;
    throw error;
  }
}
