import type { Config } from '../config.ts';
import { startVerificationWorker } from '../journey/job/verification-worker.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import type { Queues } from '../platform/queue/open-queues.ts';
import type { OnStop } from '../platform/shutdown.ts';
import type { Features } from './create-features.ts';

/** Starts the background work: the queue's worker, the watch over live calls, and the sweeper. */
export function startWork(
  config: Config,
  { journey, queues, clock, log }: Pick<Features, 'journey'> & { queues: Queues; clock: Clock; log: Logger },
  onStop: OnStop,
): void {
  const { takeOverJob, advance, advanceQueued, verifications } = journey;
  const steps = { takeOverJob, advance, advanceQueued, verifications };
  const { concurrency } = config.worker;
  const worker = startVerificationWorker({ ...steps, queues, concurrency, clock, log });
  onStop('worker', () => worker.close());
  const watch = startRepeating('watching live calls', journey.watchLive, config.watchLiveMs, log);
  onStop('watch', () => watch.stop());
  const sweeper = startRepeating('sweeping', journey.sweep, config.sweep.intervalMs, log);
  onStop('sweeper', () => sweeper.stop());
}

/**
 * Does work at once and then at every interval, never twice at a time. A failure is logged, and the work is done again at the
 * next interval.
 * @param name what is done, for the log
 * @returns `stop` resolves when the work has ended
 */
function startRepeating(name: string, work: () => Promise<unknown>, intervalMs: number, log: Logger) {
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
