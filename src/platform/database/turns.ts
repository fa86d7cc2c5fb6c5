import { endsWithin } from '../ends-within.ts';

/** Whoever takes a turn has the thing to itself until it gives the turn back; others wait in order of arrival. */
export interface Turns {
  /**
   * Waits for the turn.
   * @param limitMs longest wait in milliseconds
   * @returns gives the turn back; calling it twice does no harm
   * @throws Error when the wait was too long; the turn passes to the next
   */
  take(limitMs: number): Promise<() => void>;
}

/** Makes a queue of turns for one thing that cannot be shared. */
export function createTurns(): Turns {
  let last = Promise.resolve();
  return {
    async take(limitMs) {
      const { promise: over, resolve: giveBack } = Promise.withResolvers<void>();
      const mine = last;
      last = mine.then(() => over);
      if (!(await endsWithin(mine, limitMs))) {
        giveBack();
        throw new Error(
          `Waited ${limitMs} ms for the embedded database, which does one thing at a time. A transaction is held open: inside a transaction use nothing but its own handle, and wait for nothing else.`,
        );
      }
      return giveBack;
    },
  };
}
