import type { Logger } from '../log.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import { createHookSets, type HookSetDeps } from './hook-set.ts';
import { createDeliveryHooks } from './hooks.ts';

/** What codes of identity products need from outside. */
interface HookDeps extends Omit<HookSetDeps, 'hooks' | 'sayRefused'> {
  run: RunStatement;
  sealKeys: KeyRing;
  log: Pick<Logger, 'info'>;
}

/** What takes codes of identity products over, and the hooks that they come through. */
export function createHookFeatures(deps: HookDeps) {
  const { run, sealKeys, clock, log } = deps;
  const hooks = createDeliveryHooks({ run, sealKeys: () => sealKeys, clock });
  const sets = createHookSets({
    ...{ ...deps, hooks },
    sayRefused: (hook, reason) => log.info({ ...hook, reason }, 'a code of a delivery hook was refused'),
  });
  return { hooks, sets };
}
