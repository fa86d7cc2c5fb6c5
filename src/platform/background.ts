/** Work that continues after the request that caused it was answered. */
export interface Background {
  /** Starts work whose result is not awaited. */
  run(work: Promise<unknown>): void;
  /** Resolves when none is left. */
  settled(): Promise<void>;
}

/** @param onError called with the error of work that failed */
export function createBackground(onError: (error: unknown) => void): Background {
  const running = new Set<Promise<unknown>>();
  return {
    run(work) {
      const tracked = work.catch(onError).finally(() => running.delete(tracked));
      running.add(tracked);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
