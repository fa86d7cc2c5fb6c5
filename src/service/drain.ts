import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../log.ts';

const LOOK_EVERY_MS = 200;

/**
 * Waits until no verification is on a call, or the limit has passed. Meanwhile webhooks are answered as ever.
 * A registry that cannot be asked ends the wait: nobody could be answered either.
 * @param countOnCall how many verifications are on a call now
 */
export async function drain(countOnCall: () => Promise<number>, limitMs: number, log: Logger): Promise<void> {
  const deadline = Date.now() + limitMs;
  let left = await countOnCall();
  while (left > 0 && Date.now() < deadline) {
    await pause(LOOK_EVERY_MS);
    left = await countOnCall();
  }
  if (left > 0)
    log.warn({ left }, 'leaving while calls go on; another process, or the next start, follows them');
}
