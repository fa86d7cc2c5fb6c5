import type { Logger } from '../../log.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Advance } from './advance.ts';

/** How many verifications one look moves on at most; the next look goes on. */
const MOST_AT_ONCE = 100;
/** After a failure, before the next try, ms. */
const RETRY_MS = 5_000;
/** How many are moved on side by side. */
const SIDE_BY_SIDE = 10;

/** Looks for live verifications that are due and moves them on. Resolves to how many there were. */
export type WatchLive = () => Promise<number>;

/**
 * Trigger: a timer in every worker process. A verification that is on a call, or decided, has no job of ours: webhooks
 * move it on. Where one is lost, or the process that recorded it died, this moves the verification on, when the row says so.
 */
export function createWatchLive(deps: {
  verifications: Pick<VerificationStore, 'dueLive' | 'lookLater'>;
  advance: Advance;
  clock: Clock;
  log: Logger;
}): WatchLive {
  return async function watchLive() {
    const due = await deps.verifications.dueLive(deps.clock.now(), MOST_AT_ONCE);
    for (let from = 0; from < due.length; from += SIDE_BY_SIDE)
      await Promise.all(due.slice(from, from + SIDE_BY_SIDE).map(({ id }) => moveOn(id)));
    return due.length;
  };

  /** One that fails must not hold up the others. */
  async function moveOn(id: string): Promise<void> {
    try {
      await deps.advance(id);
    } catch (error) {
      const fields = { verificationId: id, err: error, retryMs: RETRY_MS };
      deps.log.warn(fields, 'the next step of a verification failed; it is tried again');
      await deps.verifications.lookLater(id, later(deps.clock.now(), RETRY_MS)).catch(() => null);
    }
  }
}
