import type { Config } from '../config.ts';
import { startVerificationWorker } from '../journey/job/verification-worker.ts';
import type { Clock } from '../platform/clock.ts';
import type { ServiceParts } from './parts.ts';
import { startRepeating } from './start-repeating.ts';
import type { Undo } from './undo.ts';

/** The work side: the queue's worker, the watch over live calls, and the sweeper. */
export function startWork(config: Config, parts: ServiceParts, clock: Clock, undo: Undo): void {
  const { journey, stores, log } = parts;
  const { concurrency } = config.worker;
  const worker = startVerificationWorker({ ...journey, queues: stores.queues, concurrency, clock, log });
  undo('worker', () => worker.close());
  const watch = startRepeating('watching live calls', journey.watchLive, config.watchLiveMs, log);
  undo('watch', () => watch.stop());
  const sweeper = startRepeating('sweeping', journey.sweep, config.sweep.intervalMs, log);
  undo('sweeper', () => sweeper.stop());
}
