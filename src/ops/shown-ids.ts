/** Ids and names that others chose, as they are shown: whatever could be a phone number stays hidden. */
import { createHmac, randomBytes } from 'node:crypto';
import { keepNewest } from '../platform/keep-newest.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Seven digits of any script, with as many marks between two of them as people write. */
const DIGITS = /\p{Nd}(?:[^\p{L}\p{Nd}]{0,4}\p{Nd}){6,}/gu;

/** Stands-ins that are understood; beyond that the oldest is forgotten. */
const MOST_KNOWN = 10_000;

/** Whether an id or a name could hold a phone number, however it is written. Those of a UUID are no such digits. */
export function isNumberLike(text: string): boolean {
  return text.normalize('NFKC').replaceAll(UUID, '').search(DIGITS) !== -1;
}

/** An id that somebody else chose, without what could be a phone number. */
export function hideIdDigits(id: string): string {
  return isNumberLike(id) ? id.normalize('NFKC').replaceAll(DIGITS, '(hidden)') : id;
}

/** Shows ids, and finds what was shown. */
export type ShownIds = ReturnType<typeof createShownIds>;

/** Stand-ins are the same as long as the process lives, and tell nothing: their key is made here. */
export function createShownIds() {
  const key = randomBytes(32);
  const known = new Map<string, string>();
  return {
    /** The id, or a stand-in for one that could hold a phone number. */
    shown(id: string): string {
      if (!isNumberLike(id)) return id;
      const letters = createHmac('sha256', key)
        .update(id)
        .digest('hex')
        .slice(0, 16)
        .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));
      const standIn = `hidden-${letters}`;
      keepNewest(known, standIn, id, MOST_KNOWN);
      return standIn;
    },

    /** The id that is shown so. */
    found: (shown: string): string => known.get(shown) ?? shown,
  };
}
