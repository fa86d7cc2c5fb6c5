/** Time as this process lives it, and how long it waits for what others do. */
import { setTimeout as tick } from 'node:timers/promises';

/** For `vi.waitFor` and `expect.poll`: what comes soon, however busy the machine is. */
export const SOON = { timeout: 30_000, interval: 20 };

const TICK_MS = 10;

/**
 * How long work takes, ms; rejects if it does. A stretch in which the machine did not let this process run counts as
 * one tick, so that a busy machine makes nothing seem slow.
 */
export async function livedMs(work: () => Promise<unknown>): Promise<number> {
  let ended = false;
  const over = work().finally(() => {
    ended = true;
  });
  // It is awaited below.
  over.catch(() => undefined);
  let lived = 0;
  for (; !ended; lived += TICK_MS) await tick(TICK_MS);
  await over;
  return lived;
}
