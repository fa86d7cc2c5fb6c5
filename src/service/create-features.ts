import { createWriteAppPassword, writeRevocation } from '../app-passwords/completion-writes.ts';
import { createEmptyExpiredSeals } from '../app-passwords/empty-expired-seals.ts';
import { createAppPasswordMaker } from '../app-passwords/new-app-password.ts';
import { writeAuditEvent } from '../audit/audit-event.ts';
import { writeFraudBlock } from '../blocks/block-for-fraud.ts';
import { createBlocks } from '../blocks/blocks.ts';
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import { createCallAddresses } from '../journey/call/webhooks.ts';
import { createJourney } from '../journey/index.ts';
import { createVerificationJobs } from '../journey/job/verification-jobs.ts';
import { createVerificationStore } from '../journey/store/verifications.ts';
import type { Logger } from '../log.ts';
import { readWrittenMessage, WRITTEN_MESSAGE, writeMessages } from '../outbox/written-message.ts';
import { createPbxProfiles } from '../pbx-profiles/pbx-profiles.ts';
import { writePhoneMethod } from '../phone-methods/register.ts';
import type { Clock } from '../platform/clock.ts';
import { hmac } from '../platform/secrets/key-ring.ts';
import type { TraceContext } from '../platform/trace-context.ts';
import { createPolicies } from '../policy/policies.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import { createApiKeys } from '../tenants/api-keys.ts';
import { createTenants } from '../tenants/tenants.ts';
import { createUserProfiles } from '../users/user-profiles.ts';
import type { Stores } from './open-stores.ts';
import type { Outbox } from './outbox.ts';

/** What features are built on. */
interface Ground {
  stores: Stores;
  providers: Providers;
  languages: Languages;
  publicUrl: string;
  deliverNow: Outbox['deliverNow'];
  traces: TraceContext;
  isStopping: () => boolean;
  clock: Clock;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  events: Events;
  log: Logger;
}

/** Builds tenants, their policies, users and the journey, and connects them: the features know nothing of each other. */
export function createFeatures(config: Config, ground: Ground) {
  const { stores, providers, languages, publicUrl, isStopping, clock, pause, events, log } = ground;
  const { db, run } = stores.database;
  const tenants = createTenants({ db, clock });
  const apiKeys = createApiKeys({ db, clock });
  const userProfiles = createUserProfiles({ db, clock, hashKeys: stores.hashKeys });
  const policies = createPolicies({ db, clock });
  const blocks = createBlocks({ db, clock });
  const { read } = createVerificationStore(run);
  const jobIdOf = async (id: string) => (await read(id))?.jobId ?? null;
  const jobs = createVerificationJobs({ queues: stores.queues, jobIdOf, clock, log });
  const journey = createJourney({
    run,
    jobs,
    network: providers,
    addresses: createCallAddresses(publicUrl),
    prompts: languages,
    policyAt: policies.at,
    pbxProfileOf: createPbxProfiles({ db }).find,
    checkPin: userProfiles.checkPin,
    writes: {
      officePhone: writePhoneMethod,
      appPassword: createWriteAppPassword(createAppPasswordMaker({ ...stores, clock })),
      revokeAppPasswords: writeRevocation,
      block: writeFraudBlock,
      audit: writeAuditEvent,
      messages: writeMessages,
      writtenMessage: WRITTEN_MESSAGE,
    },
    deliverMessage: (written) => ground.deliverNow(readWrittenMessage(written)),
    traces: ground.traces,
    keyedHash: (text) => hmac(stores.hashKeys, text).hash,
    clearUp: createEmptyExpiredSeals({ db, clock }),
    lines: { linesFor: providers.linesFor, callsPerSecond: config.lines.callsPerSecond },
    mostLive: config.worker.mostLive,
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
