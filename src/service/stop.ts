import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import { type OnStop, type Phase, runPhases } from '../platform/shutdown.ts';

/** How long a phase may take that says nothing else, ms. */
const PHASE_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 200;

/** The end of a service, prepared while it starts. */
export interface Shutdown {
  onStop: OnStop;
  /** Whether `run` was called. */
  isStopping(): boolean;
  /** Stops what was started, last started first, and logs `last`. Calling it again waits for the same. */
  run(last?: string): Promise<void>;
}

/** Makes the shutdown of a service, of which nothing has started yet. */
export function createShutdown(log: Logger): Shutdown {
  const phases: Phase[] = [];
  let running: Promise<void> | undefined;
  let stopping = false;
  return {
    onStop: (name, run, limitMs = PHASE_LIMIT_MS) => void phases.unshift({ name, limitMs, run }),
    isStopping: () => stopping,
    run(last = 'Poundkey has stopped') {
      stopping = true;
      running ??= runPhases(phases, log).then(() => log.info(last));
      return running;
    },
  };
}

/**
 * Has the shutdown begin with a wait until no verification is on a call, or the limit has passed. Meanwhile webhooks
 * are answered as before. A registry that cannot be asked ends the wait: no webhook could be answered either.
 * @param wait.countCalls how many verifications are on a call now that began before then: those that other processes
 *   place meanwhile are theirs
 * @param wait.limitMs 0: there is no wait
 */
export function endLiveCallsFirst(onStop: OnStop, wait: WaitForCalls, log: Logger): void {
  const { limitMs } = wait;
  if (limitMs > 0) onStop('live calls', () => waitForLiveCalls(wait, log), limitMs + PHASE_LIMIT_MS);
}

/** How to wait for calls. */
interface WaitForCalls {
  countCalls: (before: Date) => Promise<number>;
  clock: Clock;
  limitMs: number;
}

async function waitForLiveCalls({ countCalls, clock, limitMs }: WaitForCalls, log: Logger): Promise<void> {
  const before = clock.now();
  const deadline = Date.now() + limitMs;
  let left = await countCalls(before);
  while (left > 0 && Date.now() < deadline) {
    await pause(LOOK_EVERY_MS);
    left = await countCalls(before);
  }
  if (left > 0)
    log.warn({ left }, 'stopping while calls go on; another process, or the next start, continues them');
}
