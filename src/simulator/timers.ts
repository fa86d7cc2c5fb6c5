/** Timers of one simulator, which can all be withdrawn at once when it stops. */
import type { Cancel, SimulatorTime } from './time.ts';

/** A simulator's own timers over a time that others may share. */
export interface Timers {
  /** The present instant, milliseconds since 1970. */
  now(): number;
  /** Runs `fn` once, `ms` from now. */
  after(ms: number, fn: () => void): Cancel;
  /** Resolves after `ms`; rejects with the signal's reason as soon as `signal` is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Withdraws all timers that have not run. */
  withdrawAll(): void;
}

/** Timers over `time`. */
export function createTimers(time: SimulatorTime): Timers {
  const pending = new Set<Cancel>();
  const after = (ms: number, fn: () => void): Cancel => {
    const withdraw = time.after(ms, () => {
      pending.delete(cancel);
      fn();
    });
    const cancel = () => {
      pending.delete(cancel);
      withdraw();
    };
    pending.add(cancel);
    return cancel;
  };
  return {
    now: () => time.now(),
    after,
    wait(ms, signal) {
      const waited = Promise.withResolvers<void>();
      const cancel = after(ms, waited.resolve);
      return orInterrupted(signal, waited.promise).finally(cancel);
    },
    withdrawAll() {
      for (const cancel of [...pending]) cancel();
    },
  };
}

/** What `promise` brings; rejects with the signal's reason when `signal` is aborted first. */
export function orInterrupted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const interrupt = () => reject(signal.reason);
    signal.addEventListener('abort', interrupt, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt));
  });
}
