import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queues } from '../../platform/queue/open-queues.ts';
import type { OnStop } from '../../platform/shutdown.ts';
import { startRepeating } from '../../platform/start-repeating.ts';
import type { createJourney } from '../index.ts';
import { startVerificationWorker } from './verification-worker.ts';

/** How the work is done. */
interface WorkSettings {
  worker: { concurrency: number };
  /** How often live verifications that are due are looked for, ms. */
  watchLiveMs: number;
  sweep: { intervalMs: number };
}

type Steps = Pick<
  ReturnType<typeof createJourney>,
  'takeOverJob' | 'advance' | 'advanceQueued' | 'verifications' | 'watchLive' | 'sweep'
>;

/** Starts the background work: the queue's worker, the watch over live calls, and the sweeper. */
export function startWork(
  config: WorkSettings,
  { journey, queues, clock, log }: { journey: Steps; queues: Queues; clock: Clock; log: Logger },
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
