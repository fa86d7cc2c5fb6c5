import { endsWithin } from '../platform/ends-within.ts';

/**
 * What the work comes to, if it does in time. The work itself goes on.
 * @param limitMs longest wait, ms
 * @throws Error when the time is up; what the work throws in time
 */
export async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  if (await endsWithin(work, limitMs)) return work;
  throw new Error(`no answer within ${limitMs} ms`);
}
