import { Mutex, withTimeout } from 'async-mutex';

/** A mutex with a queue: who takes a turn has exclusive use until it is given back; others wait in order of arrival. */
export interface Turns {
  /**
   * Waits for the turn.
   * @param limitMs longest wait in milliseconds
   * @returns gives the turn back; calling it twice has no effect
   * @throws Error when the wait was too long; the turn passes to the next
   */
  take(limitMs: number): Promise<() => void>;
}

/** Makes a queue of turns for one thing that cannot be shared. */
export function createTurns(): Turns {
  const mutex = new Mutex();
  return { take: (limitMs) => withTimeout(mutex, limitMs, waitedTooLong(limitMs)).acquire() };
}

function waitedTooLong(limitMs: number): Error {
  return new Error(
    `Waited ${limitMs} ms for the embedded database, which runs one transaction at a time. Another one is still open: inside a transaction use only its own handle, and wait for nothing else.`,
  );
}
