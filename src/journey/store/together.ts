import { wasRefused } from '../../platform/database/was-refused.ts';

/** The most requests, or calls, that one statement reads or writes together. */
export const MOST_TOGETHER = 20;

/**
 * What a statement for several does where the server refused it, for whichever of them: nothing was done, so each is done by itself.
 * @throws the error, where it is not known whether something was done, or doing it again would not help
 */
export function nothingDone(error: unknown): null {
  if (wasRefused(error)) return null;
  throw error;
}
