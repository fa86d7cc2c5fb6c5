import type { RunStatement } from '../platform/database/run-statement.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import { createHookSets, type HookSetDeps } from './hook-set.ts';
import { createDeliveryHooks } from './hooks.ts';

/** What takes codes of identity products over, and the hooks that they come through. */
export function createHookFeatures(
  deps: Omit<HookSetDeps, 'hooks'> & { run: RunStatement; sealKeys: KeyRing },
) {
  const { run, sealKeys, clock } = deps;
  const hooks = createDeliveryHooks({ run, sealKeys: () => sealKeys, clock });
  return { hooks, sets: createHookSets({ ...deps, hooks }) };
}
