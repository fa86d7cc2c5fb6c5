import type { Kysely } from 'kysely';
import { hiddenBehind } from '../domain/client-address.ts';
import type { OlderAppsConfig } from '../domain/older-app-settings.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import type { Registry } from '../registry/schema.ts';
import { createAppPasswords } from './app-passwords.ts';
import { type CheckDeps, createCheck } from './check/check.ts';
import { createFind, createFindOwner } from './check/find.ts';
import { createLastUses } from './check/last-uses.ts';
import { createWrongTries } from './check/wrong-tries.ts';
import { createCreateAppPassword } from './create-app-password.ts';
import type { Tell } from './messages.ts';
import { createAppServers } from './older-apps/app-servers.ts';

interface Deps {
  stores: { database: { db: Kysely<Registry>; run: RunStatement }; hashKeys: KeyRing };
  /** The tenant's policy of a version, and the one that counts now. */
  policies: { at: CheckDeps['policyAt']; current: (tenantId: string) => Promise<{ policy: TenantPolicy }> };
  clock: Clock;
  log: Logger;
  tell: Tell;
}

/** What there is about app passwords besides the journey. */
export type AppPasswordFeatures = ReturnType<typeof createAppPasswordFeatures>;

/**
 * Builds what there is about app passwords besides the journey: making, listing and revoking them, checking them, and the
 * servers that may ask for a check.
 */
export function createAppPasswordFeatures({ olderApps }: { olderApps?: OlderAppsConfig | null }, deps: Deps) {
  const { stores, policies, clock, log, tell } = deps;
  const { hashKeys, database } = stores;
  const { db, run } = database;
  const wrongTries = createWrongTries({ run, clock, hashKeys, tell });
  const lastUses = createLastUses({ run, outages: createOutageLog(log, clock) });
  const check = createCheck({
    ...{
      find: createFind({ run }),
      findOwner: createFindOwner({ run }),
      wrongTries,
      lastUses,
      hashKeys,
      clock,
    },
    policyAt: policies.at,
    hidden: hiddenBehind(olderApps?.proxies ?? []),
  });
  return {
    appPasswords: {
      ...createAppPasswords({ db, run, clock, tell }),
      create: createCreateAppPassword({ run, clock, hashKeys, currentPolicy: policies.current }),
    },
    appPasswordCheck: { check, flushUses: lastUses.flush, forgetWrongTries: wrongTries.forgetOld },
    appServers: createAppServers({ db, clock }),
  };
}
