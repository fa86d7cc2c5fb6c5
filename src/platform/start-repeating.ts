import type { Logger } from '../log.ts';
import { createOutageLog } from './outage-log.ts';

/**
 * Does work at once and then at every interval, never twice at a time. A failure is logged, and the work is done again at the
 * next interval.
 * @param name what is done, for the log
 * @returns `stop` resolves when the work has ended
 */
export function startRepeating(name: string, work: () => Promise<unknown>, intervalMs: number, log: Logger) {
  const report = createOutageLog(log);
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const run = () => {
    if (busy) return;
    busy = true;
    running = report.follow(name, work()).finally(() => {
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
