import type { ErrorCode } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import type { OnStop } from '../../platform/shutdown.ts';
import { createNoteRefusal } from './note-refusal.ts';

/** What counts refused requests, and keeps them in the registry. */
export type Refusals = ReturnType<typeof keepRefusals>;

/** @param deps.count counts one refused request */
export function keepRefusals(
  deps: {
    stores: { database: { run: RunStatement }; hashKeys: KeyRing };
    clock: Clock;
    log: Logger;
    count: (code: ErrorCode) => void;
  },
  onStop: OnStop,
) {
  const { database, hashKeys } = deps.stores;
  const keyedHash = (text: string) => hmac(hashKeys, text).hash;
  const { settled, ...refusals } = createNoteRefusal({ ...deps, run: database.run, keyedHash });
  onStop('refusals being kept', settled);
  return { ...refusals, settled, count: deps.count };
}
