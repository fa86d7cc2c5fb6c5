import type { Logger } from '../log.ts';

/**
 * Sweeps at once and then at every interval. A sweep that fails is logged; the next one comes.
 * @param sweep one sweep; null when another process is at it
 * @returns `stop` resolves when no sweep runs any more
 */
export function startSweeper(sweep: () => Promise<number | null>, intervalMs: number, log: Logger) {
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const run = () => {
    if (busy) return;
    busy = true;
    running = sweep()
      .catch((error: unknown) => log.error({ err: error }, 'a sweep failed; the next one is due as usual'))
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(run, intervalMs);
  run();
  return {
    stop(): Promise<unknown> {
      clearInterval(timer);
      return running;
    },
  };
}
