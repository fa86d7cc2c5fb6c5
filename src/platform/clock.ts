/** Where the time comes from. Every rule that depends on time takes a clock, so that tests and the demo can set it. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The machine's own time. */
export const systemClock: Clock = { now: () => new Date() };

/** The instant `ms` milliseconds after `instant`. */
export function later(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
