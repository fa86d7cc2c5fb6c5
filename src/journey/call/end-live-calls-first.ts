import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import { type OnStop, PHASE_LIMIT_MS } from '../../platform/shutdown.ts';

const LOOK_EVERY_MS = 200;

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
