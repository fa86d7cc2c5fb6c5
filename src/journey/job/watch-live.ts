import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Advance } from './advance.ts';

/** How many verifications one look moves on at most; the next look goes on. */
const MOST_AT_ONCE = 100;
/** How many are moved on side by side. */
const SIDE_BY_SIDE = 10;

/** Looks for live verifications that are due and moves them on. Resolves to how many there were. */
export type WatchLive = () => Promise<number>;

/**
 * Trigger: a timer in every worker process. A verification that is on a call, or decided, has no job of ours: webhooks
 * move it on. Where one is lost, or the process that recorded it died, this moves the verification on, when the row says so.
 */
export function createWatchLive(deps: {
  verifications: Pick<VerificationStore, 'dueLive'>;
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
    await deps.advance(id).catch((error: unknown) => {
      deps.log.warn(
        { verificationId: id, err: error },
        'the next step of a verification failed; it is tried again',
      );
    });
  }
}
