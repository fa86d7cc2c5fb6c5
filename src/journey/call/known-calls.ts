import { keepNewest } from '../../platform/keep-newest.ts';
import type { Decided } from '../store/rows.ts';

/** Calls that were answered here and for which no answer to their question has come, by their attempts. */
export interface KnownCalls {
  keep(attemptId: string, call: Decided): void;
  /** The call, once; null where another process answered it, or too many came after it. */
  take(attemptId: string): Decided | null;
}

/** The most calls that are kept; about 1 kB each. */
const MOST = 1_000;

/** Keeps what was read of a call when it was answered, so that its right answer can be recorded without reading it again. */
export function createKnownCalls(): KnownCalls {
  const calls = new Map<string, Decided>();
  return {
    keep: (attemptId, call) => keepNewest(calls, attemptId, call, MOST),
    take(attemptId) {
      const call = calls.get(attemptId) ?? null;
      calls.delete(attemptId);
      return call;
    },
  };
}
