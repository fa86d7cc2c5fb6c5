/** Where the time comes from. Every rule that depends on time takes a clock, so that tests and the demo can set it. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The machine's own time. */
export const systemClock: Clock = { now: () => new Date() };

/** An hour and a day, ms. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The instant `ms` milliseconds after `instant`. */
export function later(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}

/** How long from `now` until `then` in whole s, rounded up and at least 1: a `Retry-After` (RFC 9110, section 10.2.3). */
export function secondsUntil(then: Date, now: Date): number {
  return Math.max(1, Math.ceil((then.getTime() - now.getTime()) / 1000));
}

/** How many whole days there are from `now` until `then`; below 0 once `then` is over. */
export function daysUntil(then: Date, now: Date): number {
  return Math.floor((then.getTime() - now.getTime()) / DAY_MS);
}
