/** Waits for work with a time limit. The work itself continues after it; what it throws then is ignored. */

/**
 * Waits for work.
 * @param limitMs longest wait, ms
 * @returns whether it was done in time
 * @throws what the work throws in time
 */
export function endsWithin(work: PromiseLike<unknown>, limitMs: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, Math.max(1, limitMs), false);
  work.then(() => resolve(true), reject).then(() => clearTimeout(timer));
  return promise;
}

/**
 * The result of the work, if it is done in time.
 * @param limitMs longest wait, ms
 * @param message what the error says when the time is up, or what makes it
 * @throws Error with the message when the time is up; what the work throws in time
 */
export async function inTime<T>(
  work: PromiseLike<T>,
  limitMs: number,
  message: string | (() => Error) = `no answer within ${limitMs} ms`,
): Promise<T> {
  // The error is made when it is needed only: making one takes longer than the wait usually does.
  if (!(await endsWithin(work, limitMs))) throw typeof message === 'string' ? new Error(message) : message();
  return work;
}
