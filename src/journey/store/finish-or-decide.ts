import { endsWithin } from '../../platform/in-time.ts';

/** How long finishing may take, ms, before the answer is recorded by itself: longer than a row is waited for. */
const FINISHED_WITHIN_MS = 400;

/**
 * The answer is recorded by itself where its verification could not be finished with it, whatever the reason, and beside a statement
 * that still waits: for a table, PostgreSQL waits before it begins. Only one of the two finds the question open. While one waits for so
 * long, others are not tried: each would hold a connection.
 * @returns does the one or the other. `late` is what became of finishing where it took long, null if it was not tried or did not
 */
export function createFinishOrDecide() {
  let lateOnes = 0;
  return async <Finished, Decided>(
    finish: () => Promise<Finished | null>,
    decide: () => Promise<Decided | null>,
  ): Promise<{
    finished: Finished | null;
    decided: Decided | null;
    late: Promise<Finished | null> | null;
  }> => {
    if (lateOnes > 0) return { finished: null, decided: await decide(), late: null };
    const finishing = finish();
    if (await endsWithin(finishing, FINISHED_WITHIN_MS)) {
      const finished = await finishing;
      return { finished, decided: finished === null ? await decide() : null, late: null };
    }
    lateOnes += 1;
    const ended = () => {
      lateOnes -= 1;
    };
    finishing.then(ended, ended);
    return { finished: null, decided: await decide(), late: finishing };
  };
}
