import { setTimeout as pause } from 'node:timers/promises';
import { createEmptyExpiredSeals } from '../app-passwords/empty-expired-seals.ts';
import { createAssertRoomForAppPassword } from '../app-passwords/limit.ts';
import { createAppPasswordMaker } from '../app-passwords/new-app-password.ts';
import { createBlocks } from '../blocks/blocks.ts';
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import { createJourney } from '../journey/index.ts';
import { createVerificationStore } from '../journey/store/verifications.ts';
import { createVerificationJobs } from '../journey/verification-jobs.ts';
import { createCallAddresses } from '../journey/webhooks.ts';
import type { Logger } from '../log.ts';
import { createPbxProfiles } from '../pbx-profiles/pbx-profiles.ts';
import { createRegisteredOfficePhone } from '../phone-methods/registered-office-phone.ts';
import type { Clock } from '../platform/clock.ts';
import { hmac } from '../platform/secrets/key-ring.ts';
import { createPolicies } from '../policy/policies.ts';
import { createRulesOf } from '../policy/tenant-rules.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import { createApiKeys } from '../tenants/api-keys.ts';
import { createTenants } from '../tenants/tenants.ts';
import { createUserProfiles } from '../users/user-profiles.ts';
import type { Stores } from './open-stores.ts';

/** What features are built on. */
interface Ground {
  stores: Stores;
  providers: Providers;
  languages: Languages;
  publicUrl: string;
  isStopping: () => boolean;
  clock: Clock;
  events: Events;
  log: Logger;
}

/** Builds tenants, their policies, users and the journey, and connects them: the features know nothing of each other. */
export function createFeatures(config: Config, ground: Ground) {
  const { stores, providers, languages, publicUrl, isStopping, clock, events, log } = ground;
  const { db } = stores.database;
  const tenants = createTenants({ db, clock });
  const apiKeys = createApiKeys({ db, clock });
  const userProfiles = createUserProfiles({ db, clock, hashKeys: stores.hashKeys });
  const policies = createPolicies({ db, clock });
  const blocks = createBlocks({ db, clock });
  const { read } = createVerificationStore(db);
  const jobIdOf = async (id: string) => (await read(id))?.jobId ?? null;
  const jobs = createVerificationJobs({ queues: stores.queues, jobIdOf, clock, log });
  const journey = createJourney({
    db,
    jobs,
    network: providers,
    addresses: createCallAddresses(publicUrl),
    prompts: languages,
    tenantExists: async (id) => (await tenants.policyOf(id)) !== null,
    rulesOf: createRulesOf(tenants),
    registeredOfficePhone: createRegisteredOfficePhone({ db }),
    pbxProfileOf: createPbxProfiles({ db }).find,
    localeOf: userProfiles.localeOf,
    assertRoomForAppPassword: createAssertRoomForAppPassword({ db }),
    makeAppPassword: createAppPasswordMaker({ ...stores, clock }),
    keyedHash: (text) => hmac(stores.hashKeys, text).hash,
    clearUp: createEmptyExpiredSeals({ db, clock }),
    assertNotBlocked: blocks.assertNotBlocked,
    hasPin: userProfiles.hasPin,
    checkPin: userProfiles.checkPin,
    lines: { linesFor: providers.linesFor, callsPerSecond: config.lines.callsPerSecond },
    pause,
    patience: config.patience,
    sweep: config.sweep,
    isStopping,
    clock,
    events,
    log,
  });
  return { jobs, journey, tenants, apiKeys, userProfiles, policies, blocks };
}
