/**
 * Waits for work, but not for ever. The work itself goes on.
 * @param limitMs longest wait in milliseconds
 * @returns whether it was done in time
 * @throws what the work throws in time; what it throws later is dropped
 */
export async function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, limitMs, false);
  try {
    return await Promise.race([work.then(() => true), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
