import { ServiceError } from '../errors.ts';
import { parseNumber } from './number.ts';

/** Rules that every number meets that exists. */
const ANY: Parameters<typeof parseNumber>[1] = {
  officePhone: { allowed: true, mobileNumbers: 'allowed' },
  countries: { allowed: null },
  numberTypes: { refused: [], nonGeographicRefused: false },
  extension: { allowed: true, pauseBeforeS: 0, pauseAfterS: 0 },
};

/** A typed number as E.164, whether or not it may be called; null when there is none. */
export function anyNumber(typed: Parameters<typeof parseNumber>[0]): string | null {
  try {
    return parseNumber(typed, ANY).e164;
  } catch (error) {
    if (error instanceof ServiceError) return null;
    throw error;
  }
}
