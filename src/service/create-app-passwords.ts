import { createAppPasswords } from '../app-passwords/app-passwords.ts';
import { createCheck } from '../app-passwords/check/check.ts';
import { createFind } from '../app-passwords/check/find.ts';
import { createLastUses } from '../app-passwords/check/last-uses.ts';
import { createWrongTries } from '../app-passwords/check/wrong-tries.ts';
import { createCreateAppPassword } from '../app-passwords/create-app-password.ts';
import { createAppServers } from '../app-passwords/older-apps/app-servers.ts';
import type { Config } from '../config.ts';
import { hiddenBehind } from '../domain/client-address.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import type { Policies } from '../policy/policies.ts';
import type { Stores } from './open-stores.ts';

interface Deps {
  stores: Pick<Stores, 'database' | 'hashKeys'>;
  policies: Pick<Policies, 'at' | 'current'>;
  clock: Clock;
  log: Logger;
}

/**
 * Builds what there is about app passwords besides the journey: making, listing and revoking them, checking them, and the
 * servers that may ask for a check.
 */
export function createAppPasswordFeatures({ olderApps }: Pick<Config, 'olderApps'>, deps: Deps) {
  const { stores, policies, clock, log } = deps;
  const { hashKeys, database } = stores;
  const { db, run } = database;
  const wrongTries = createWrongTries({ run, clock, hashKeys });
  const lastUses = createLastUses({ run, outages: createOutageLog(log, clock) });
  const check = createCheck({
    ...{ find: createFind({ run }), wrongTries, lastUses, hashKeys, clock },
    policyAt: policies.at,
    hidden: hiddenBehind(olderApps?.proxies ?? []),
  });
  return {
    appPasswords: {
      ...createAppPasswords({ db, run, clock }),
      create: createCreateAppPassword({ run, clock, hashKeys, currentPolicy: policies.current }),
    },
    appPasswordCheck: { check, flushUses: lastUses.flush, forgetWrongTries: wrongTries.forgetOld },
    appServers: createAppServers({ db, clock }),
  };
}
