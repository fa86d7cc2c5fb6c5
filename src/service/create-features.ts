import {
  createWriteAppPassword,
  HAS_ROOM_FOR_APP_PASSWORD,
  writeRevocation,
} from '../app-passwords/completion-writes.ts';
import { createEmptyExpiredSeals } from '../app-passwords/empty-expired-seals.ts';
import { createAppPasswordMaker } from '../app-passwords/new-app-password.ts';
import { writeAuditEvent } from '../audit/audit-event.ts';
import { writeFraudBlock } from '../blocks/block-for-fraud.ts';
import { createBlocks } from '../blocks/blocks.ts';
import type { Config } from '../config.ts';
import { phoneHashes } from '../domain/phone-hashes.ts';
import type { Events } from '../events.ts';
import { createCallAddresses } from '../journey/call/webhooks.ts';
import { createJourney } from '../journey/index.ts';
import { createVerificationJobs } from '../journey/job/verification-jobs.ts';
import { END_WHEN_BLOCKED } from '../journey/store/end-open.ts';
import { createVerificationStore } from '../journey/store/verifications.ts';
import type { Logger } from '../log.ts';
import { readWrittenMessage, WRITTEN_MESSAGE, writeMessages } from '../outbox/written-message.ts';
import { createPbxProfiles } from '../pbx-profiles/pbx-profiles.ts';
import { writePhoneMethod } from '../phone-methods/register.ts';
import type { Clock } from '../platform/clock.ts';
import type { TraceContext } from '../platform/trace-context.ts';
import { createPolicies } from '../policy/policies.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import { createApiKeys } from '../tenants/api-keys.ts';
import { createTenantDomains } from '../tenants/domains.ts';
import { createTenants } from '../tenants/tenants.ts';
import { createUserProfiles } from '../users/user-profiles.ts';
import { createAppPasswordFeatures } from './create-app-passwords.ts';
import type { Refusals } from './keep-refusals.ts';
import type { Outbox } from './open-outbox.ts';
import type { Stores } from './open-stores.ts';
import { spendingRules } from './spending-rules.ts';

/** What features need from outside. */
interface FeatureDeps {
  stores: Stores;
  providers: Providers;
  languages: Languages;
  publicUrl: string;
  deliverNow: Outbox['deliverNow'];
  refusals: Refusals;
  traces: TraceContext;
  isStopping: () => boolean;
  clock: Clock;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  events: Events;
  log: Logger;
}

/** The features of a running service. */
export type Features = ReturnType<typeof createFeatures>;

/** What each sweep removes besides counts. */
function createClearUp({
  refusals,
  forgetWrongTries,
  ...deps
}: Pick<Stores['database'], 'db'> & {
  clock: Clock;
  refusals: Refusals;
  forgetWrongTries: () => Promise<void>;
}) {
  const emptyExpiredSeals = createEmptyExpiredSeals(deps);
  return async () => {
    await emptyExpiredSeals();
    await refusals.forgetOld();
    await forgetWrongTries();
  };
}

/** Builds tenants, their policies, users and the journey, and connects them: features do not import each other. */
export function createFeatures(config: Config, deps: FeatureDeps) {
  const { stores, providers, languages, publicUrl, isStopping, clock, pause, events, log } = deps;
  const { database, queues, hashKeys, sealKeys } = stores;
  const { db, run } = database;
  const tenants = createTenants({ db, clock });
  const apiKeys = createApiKeys({ db, clock });
  const userProfiles = createUserProfiles({ db, clock, hashKeys });
  const policies = createPolicies({ db, clock, ceiling: config.ceiling, log });
  const blocks = createBlocks({
    db,
    run,
    clock,
    openVerifications: {
      ...END_WHEN_BLOCKED,
      ended(ids) {
        for (const id of ids) journey.advanceNow({ id });
      },
    },
  });
  const ofAppPasswords = createAppPasswordFeatures(config, { stores, policies, clock, log });
  const pbxProfiles = createPbxProfiles({ db });
  const { read } = createVerificationStore(run);
  const jobIdOf = async (id: string) => (await read(id))?.jobId ?? null;
  const jobs = createVerificationJobs({ queues, jobIdOf, clock, log });
  const journey = createJourney({
    run,
    jobs,
    providers,
    addresses: createCallAddresses(publicUrl),
    prompts: languages,
    policyAt: policies.at,
    pbxProfileOf: pbxProfiles.find,
    checkPin: userProfiles.checkPin,
    writes: {
      officePhone: writePhoneMethod,
      appPassword: createWriteAppPassword(createAppPasswordMaker({ hashKeys, sealKeys, clock })),
      hasRoomForAppPassword: HAS_ROOM_FOR_APP_PASSWORD,
      revokeAppPasswords: writeRevocation,
      block: writeFraudBlock,
      audit: writeAuditEvent,
      messages: writeMessages,
      writtenMessage: WRITTEN_MESSAGE,
    },
    deliverMessage: (written) => deps.deliverNow(readWrittenMessage(written)),
    traces: deps.traces,
    phoneHashes: (text) => phoneHashes(hashKeys, text),
    spending: spendingRules(config, providers),
    clearUp: createClearUp({ db, clock, refusals: deps.refusals, ...ofAppPasswords.appPasswordCheck }),
    refusals: deps.refusals,
    lines: { linesFor: providers.linesFor, callsPerSecond: config.lines.callsPerSecond },
    mostLive: config.worker.mostLive,
    pause,
    timeouts: config.timeouts,
    sweep: config.sweep,
    isStopping,
    clock,
    events,
    log,
  });
  const ofTenants = {
    tenants,
    tenantDomains: createTenantDomains({ db, clock }),
    apiKeys,
    policies,
    pbxProfiles,
  };
  return { jobs, journey, userProfiles, blocks, ...ofTenants, ...ofAppPasswords };
}
