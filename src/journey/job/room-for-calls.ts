import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';

/** Between two looks while there is no room, ms. */
const LOOK_EVERY_MS = 50;

/** Resolves to true when one more call may be placed; to false when there is no room until then, or the process stops. It looks once at least. */
export type RoomForCall = (until: Date) => Promise<boolean>;

/**
 * Limits the calls that are live at once: a person who has pressed `#` must not wait behind new calls. The bound is looked
 * up only when this process has placed as many calls as there was room for.
 * @param deps.countLive how many verifications are live now, placed by any process
 * @param deps.most the most that may be
 */
export function createRoomForCall(deps: {
  countLive: () => Promise<number>;
  most: number;
  isStopping: () => boolean;
  clock: Clock;
}): RoomForCall {
  let room = 0;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    room = deps.most - (await deps.countLive());
    if (room <= 0) await pause(LOOK_EVERY_MS);
  }

  return async function roomForCall(until) {
    while (room <= 0) {
      if (deps.isStopping()) return false;
      looking ??= look().finally(() => {
        looking = null;
      });
      await looking;
      if (room <= 0 && deps.clock.now() >= until) return false;
    }
    room -= 1;
    return true;
  };
}
