import { inTime } from './in-time.ts';

/** The time for an answer is over. */
export class TooLateError extends Error {
  override name = 'TooLateError';
}

/** Until when work makes sense, by the machine's clock: somebody waits for an answer, and does something else after it. */
export interface Deadline {
  /** What is left, ms; 0 when it has passed. */
  leftMs(): number;
  /** @throws TooLateError when it has passed */
  check(): void;
  /** The result of the work. @throws TooLateError when it is not there in time; the work goes on */
  inTime<T>(work: PromiseLike<T>): Promise<T>;
}

/** A deadline that lies so far ahead, ms. */
export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  const leftMs = () => Math.max(0, end - performance.now());
  const late = () => new TooLateError(`the work took longer than ${ms} ms`);
  return {
    leftMs,
    check() {
      if (leftMs() === 0) throw late();
    },
    inTime: (work) => inTime(work, leftMs(), late),
  };
}
