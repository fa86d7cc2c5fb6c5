/** Work that continues after the request that caused it was answered. */
export interface Background {
  /** Starts work whose result is not awaited. @param onError called with the error, if it fails */
  run(work: Promise<unknown>, onError: (error: unknown) => void): void;
  /** Resolves when none is left. */
  settled(): Promise<void>;
}

/** Work of one kind, none of which is under way yet. */
export function createBackground(): Background {
  const running = new Set<Promise<unknown>>();
  return {
    run(work, onError) {
      const tracked = work.catch(onError).finally(() => running.delete(tracked));
      running.add(tracked);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
