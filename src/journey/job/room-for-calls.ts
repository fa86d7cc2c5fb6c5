import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks while there is no room, ms. */
const LOOK_EVERY_MS = 50;

/**
 * Limits the calls that are live at once: a person who has pressed `#` must not wait behind new calls. The bound is looked
 * up only when this process has placed as many calls as there was room for.
 * @param deps.countLive how many verifications are live now, placed by any process
 * @param deps.most the most that may be
 * @returns resolves when one more call may be placed
 */
export function createRoomForCall(deps: { countLive: () => Promise<number>; most: number }) {
  let room = 0;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    for (;;) {
      room = deps.most - (await deps.countLive());
      if (room > 0) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  return async function roomForCall(): Promise<void> {
    while (room <= 0) {
      looking ??= look().finally(() => {
        looking = null;
      });
      await looking;
    }
    room -= 1;
  };
}
