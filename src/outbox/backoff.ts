import { DAY_MS, HOUR_MS, later } from '../platform/clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long to wait after each failed attempt, ms; the last one applies to all further ones. */
const DELAYS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR_MS] as const;

/** How long a message is tried, ms. */
const TRIED_FOR_MS = DAY_MS;

/**
 * When to try again after a failed attempt; null: never. Each wait is up to a quarter longer than planned, so that
 * messages that failed together do not come together. The last attempt is when the day is over.
 * @param message.attempts how often it was tried, the failed attempt included
 * @param message.since when it was written, or last sent again by hand
 * @param random 0 to 1
 */
export function nextAttempt(
  message: { attempts: number; since: Date },
  now: Date,
  random: () => number = Math.random,
): Date | null {
  const end = later(message.since, TRIED_FOR_MS);
  if (now >= end) return null;
  const planned = DELAYS_MS[Math.min(message.attempts, DELAYS_MS.length) - 1] ?? DELAYS_MS[0];
  const next = later(now, Math.round(planned * (1 + random() / 4)));
  return new Date(Math.min(next.getTime(), end.getTime()));
}
