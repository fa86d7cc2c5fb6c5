import { ServiceError } from '../errors.ts';
import { type ParsedNumber, parseNumber } from './number.ts';

/** Rules that every number meets that exists. */
const ANY: Parameters<typeof parseNumber>[1] = {
  officePhone: { allowed: true, mobileNumbers: 'allowed' },
  countries: { allowed: null },
  numberTypes: { refused: [], nonGeographicRefused: false },
  extension: { allowed: true, pauseBeforeS: 0, pauseAfterS: 0 },
};

/** A typed number as E.164, whether or not it may be called; null when there is none. */
export const anyNumber = (typed: Parameters<typeof parseNumber>[0]): string | null =>
  parsed(typed)?.e164 ?? null;

/** The country of a number with `+` (see `ParsedNumber`); null when there is no such number. */
export const countryOf = (number: string): string | null => parsed({ number })?.country ?? null;

function parsed(typed: Parameters<typeof parseNumber>[0]): ParsedNumber | null {
  try {
    return parseNumber(typed, ANY);
  } catch (error) {
    if (error instanceof ServiceError) return null;
    throw error;
  }
}
