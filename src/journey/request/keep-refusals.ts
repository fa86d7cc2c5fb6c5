import type { ErrorCode } from '../../errors.ts';
import { hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import type { OnStop } from '../../platform/shutdown.ts';
import { createNoteRefusal } from './note-refusal.ts';

/** What counts refused requests, and keeps them in the registry. */
export type Refusals = ReturnType<typeof keepRefusals>;

/** @param deps.count counts one refused request */
export function keepRefusals(
  deps: Omit<Parameters<typeof createNoteRefusal>[0], 'keyedHash'> & {
    hashKeys: KeyRing;
    count: (code: ErrorCode) => void;
  },
  onStop: OnStop,
) {
  const keyedHash = (text: string) => hmac(deps.hashKeys, text).hash;
  const { settled, ...refusals } = createNoteRefusal({ ...deps, keyedHash });
  onStop('refusals being kept', settled);
  return { ...refusals, settled, count: deps.count };
}
