import type { Config } from '../config.ts';
import { type Phase, runPhases } from '../platform/shutdown.ts';
import { drain } from './drain.ts';
import type { ServiceParts } from './parts.ts';

/** How long a phase may take that says nothing else, ms. */
export const PHASE_LIMIT_MS = 10_000;

/** Makes the stop of a service: live calls first, then what was started, last started first. Calling it again waits for the same. */
export function createStop(
  config: Config,
  { journey, log }: ServiceParts,
  stopping: { now: boolean },
  phases: Phase[],
) {
  let stopped: Promise<void> | undefined;
  const limitMs = config.role === 'worker' ? 0 : config.shutdownLimitMs;
  const live: Phase = {
    name: 'live calls',
    limitMs: limitMs + PHASE_LIMIT_MS,
    run: () => drain(() => journey.verifications.countLive(), limitMs, log),
  };
  return (): Promise<void> => {
    stopping.now = true;
    stopped ??= runPhases(limitMs > 0 ? [live, ...phases] : phases, log).then(() =>
      log.info('Poundkey has stopped'),
    );
    return stopped;
  };
}
