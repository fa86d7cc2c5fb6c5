import { setImmediate as nextTurn } from 'node:timers/promises';
import { Semaphore } from 'async-mutex';

/** Work of one kind, of which only so much is done at once. */
export interface Lane {
  /**
   * Does work when it is its turn, in order of arrival.
   * @throws what `refusal` makes when too much is waiting already, and whatever the work throws
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Makes a lane.
 * @param options.atOnce how much may be done at once
 * @param options.mostWaiting how much may wait; what comes then is refused at once, so that nobody waits in vain
 */
export function createLane(options: { atOnce: number; mostWaiting: number; refusal: () => Error }): Lane {
  const places = new Semaphore(options.atOnce);
  let waiting = 0;
  return {
    async run(work) {
      if (!places.isLocked()) return places.runExclusive(work);
      if (waiting >= options.mostWaiting) throw options.refusal();
      waiting += 1;
      const [, release] = await places.acquire().finally(() => {
        waiting -= 1;
      });
      // Statements of the embedded store wait for no input: without this, nothing else would be done between them.
      await nextTurn();
      return work().finally(release);
    },
  };
}
