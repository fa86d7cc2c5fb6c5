import { randomInt } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const SHORTEST = 16;

/**
 * A new app password: lower-case letters without spaces, 4.7 bits each.
 * @param length number of letters, a whole number of at least 16
 * @throws RangeError for any other length
 */
export function generateAppPassword(length: number = SHORTEST): string {
  if (!Number.isInteger(length) || length < SHORTEST) {
    throw new RangeError(`An app password has at least ${SHORTEST} letters; ${length} were requested.`);
  }
  // randomInt draws again where a remainder would favour some letters.
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** As it is shown to people: `abcd efgh ijkl mnop`; the last group may be shorter. */
export function groupInFours(appPassword: string): string {
  return appPassword.match(/.{1,4}/g)?.join(' ') ?? '';
}
