/** Waiting for work, but not for ever. The work itself goes on; what it throws too late is dropped. */
import pTimeout from 'p-timeout';

/**
 * What the work comes to, if it does in time.
 * @param limitMs longest wait, ms
 * @param message what the error says when the time is up
 * @throws Error with the message when the time is up; what the work throws in time
 */
export function inTime<T>(
  work: PromiseLike<T>,
  limitMs: number,
  message = `no answer within ${limitMs} ms`,
): Promise<T> {
  return pTimeout(work, { milliseconds: Math.max(1, limitMs), message });
}

/**
 * Waits for work.
 * @param limitMs longest wait, ms
 * @returns whether it was done in time
 * @throws what the work throws in time
 */
export function endsWithin(work: PromiseLike<unknown>, limitMs: number): Promise<boolean> {
  return pTimeout<boolean, boolean>(
    work.then(() => true),
    { milliseconds: Math.max(1, limitMs), fallback: () => false },
  );
}
