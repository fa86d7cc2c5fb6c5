/** Slows the guessing of passwords: who has signed in wrongly a few times must wait, longer each time. */
import { isIPv6 } from 'node:net';
import { HOUR_MS } from '../platform/clock.ts';
import { keepNewest } from '../platform/keep-newest.ts';

/** Wrong sign-ins in a row that cost nothing: people mistype. */
const FREE = 5;
/** The first wait, ms; it doubles with each further wrong sign-in. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/** How long after its last wrong sign-in a source is forgotten, ms. */
const REMEMBERED_MS = HOUR_MS;

/** Sources are told apart until there are this many; then the one that was wrong the longest ago is forgotten. */
const MOST_SOURCES = 1_000;

interface Source {
  wrong: number;
  lastAt: number;
}

/**
 * Counts wrong sign-ins by where they come from.
 * @param now milliseconds of a clock that only goes forward
 */
export function createSignInLimit(now: () => number = () => performance.now()) {
  // In the order of their last wrong sign-in.
  const sources = new Map<string, Source>();
  const find = (key: string) => {
    const source = sources.get(key);
    if (source === undefined || now() - source.lastAt < REMEMBERED_MS) return source;
    sources.delete(key);
    return undefined;
  };

  return {
    /** How long a source must wait before its next sign-in is looked at, ms; 0: it need not. */
    waitMs(address: string): number {
      const source = find(keyOf(address));
      return source === undefined ? 0 : Math.max(0, source.lastAt + waitAfter(source.wrong) - now());
    },

    /** Counts a wrong sign-in. @returns how many there have been in a row, and the wait before the next, ms */
    wrong(address: string): { inARow: number; waitMs: number } {
      const key = keyOf(address);
      const inARow = (find(key)?.wrong ?? 0) + 1;
      keepNewest(sources, key, { wrong: inARow, lastAt: now() }, MOST_SOURCES);
      return { inARow, waitMs: waitAfter(inARow) };
    },

    /** A right sign-in: the source starts anew. */
    right: (address: string): void => void sources.delete(keyOf(address)),

    /** How many sources are remembered. */
    size: () => sources.size,
  };
}

function waitAfter(wrong: number): number {
  return wrong < FREE ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(wrong - FREE, 20));
}

/** One user of IPv6 has a network of addresses (RFC 6177: a /64 at the least). */
function keyOf(address: string): string {
  const [plain = ''] = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::') ? Array(Math.max(0, 8 - groups.length - after.length)).fill('0') : [];
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
