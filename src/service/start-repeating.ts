import type { Logger } from '../log.ts';
import { createOutageLog } from '../platform/outage-log.ts';

/**
 * Does work at once and then at every interval, never twice at a time. Work that fails is logged; the next time comes.
 * @param name what is done, for the log
 * @returns `stop` resolves when the work does not run any more
 */
export function startRepeating(name: string, work: () => Promise<unknown>, intervalMs: number, log: Logger) {
  const report = createOutageLog(log);
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const run = () => {
    if (busy) return;
    busy = true;
    running = work()
      .catch((error: unknown) => report(name, error))
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
