import { createAppPasswordFeatures } from '../app-passwords/app-password-features.ts';
import {
  createWriteAppPassword,
  createWriteRevocation,
  HAS_ROOM_FOR_APP_PASSWORD,
} from '../app-passwords/completion-writes.ts';
import { createEmptyExpiredSeals } from '../app-passwords/empty-expired-seals.ts';
import { createAppPasswordMaker } from '../app-passwords/new-app-password.ts';
import { createAssertions } from '../assertions/assertions.ts';
import { IS_ASSERTED } from '../assertions/still-counts.ts';
import { writeAuditEvent } from '../audit/completion-write.ts';
import { writeFraudBlock } from '../blocks/block-for-fraud.ts';
import { createBlocks } from '../blocks/blocks.ts';
import type { Config } from '../config.ts';
import { createHookFeatures } from '../delivery-hooks/hook-features.ts';
import { phoneHashes } from '../domain/phone-hashes.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { placesOf } from '../entra/clouds.ts';
import { createDirectoryKeys } from '../entra/directory-keys.ts';
import { createDirectoryPhones } from '../entra/directory-phones/read-phones.ts';
import { createEnrolmentCodes } from '../entra/external-method/enrolment-codes.ts';
import { createEntraMethods } from '../entra/external-method/methods.ts';
import { createEntraSigningKeys } from '../entra/external-method/signing-keys.ts';
import { createEntraMessages } from '../entra/messages/message-features.ts';
import type { Events } from '../events.ts';
import { createCallAddresses } from '../journey/call/webhooks.ts';
import { createJourney } from '../journey/index.ts';
import { createVerificationJobs } from '../journey/job/verification-jobs.ts';
import type { CompletionWrites } from '../journey/ports.ts';
import type { Refusals } from '../journey/request/keep-refusals.ts';
import { createDeviceTokens } from '../journey/sign-in/device-token.ts';
import { END_FOR_PHONE } from '../journey/store/end-for-phone.ts';
import { END_WHEN_BLOCKED } from '../journey/store/end-open.ts';
import { createVerificationStore } from '../journey/store/verifications.ts';
import { createCodes } from '../journey/text/code.ts';
import { createTextAddress } from '../journey/text/webhooks.ts';
import type { Logger } from '../log.ts';
import type { Outbox } from '../outbox/open-outbox.ts';
import { writeUserMessages } from '../outbox/user-message.ts';
import { readWrittenMessage, WRITTEN_MESSAGE, writeMessages } from '../outbox/written-message.ts';
import { createPbxProfiles } from '../pbx-profiles/pbx-profiles.ts';
import { writeSignInUse } from '../phone-methods/note-sign-in.ts';
import { createPhoneMethods } from '../phone-methods/phone-methods.ts';
import type { ChangeDeps } from '../phone-methods/ports.ts';
import { createReachablePhones } from '../phone-methods/reachable.ts';
import { createWritePhoneMethod } from '../phone-methods/register.ts';
import { lockUser } from '../phone-methods/statements.ts';
import type { Clock } from '../platform/clock.ts';
import { createRunInTime } from '../platform/database/run-in-time.ts';
import { type RunWhenLocked, runWhenLocked } from '../platform/database/run-statement.ts';
import type { TraceContext } from '../platform/trace-context.ts';
import { createPolicies } from '../policy/policies.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import { pricesByCountry } from '../providers/prices.ts';
import type { CodeTexts } from '../providers/texts/code-text.ts';
import { type CountPurged, createPurge } from '../retention/purge.ts';
import { createApiKeys } from '../tenants/api-keys.ts';
import { createApiLanes, placesFor } from '../tenants/api-lanes.ts';
import { createTenantDomains } from '../tenants/domains.ts';
import { createTenants } from '../tenants/tenants.ts';
import { createUserProfiles } from '../users/user-profiles.ts';
import type { Stores } from './open-stores.ts';

/** What features need from outside. */
interface FeatureDeps {
  stores: Stores;
  providers: Providers;
  languages: Languages & Pick<CodeTexts, 'fillCodeText'>;
  publicUrl: string;
  deliverNow: Outbox['deliverNow'];
  refusals: Refusals;
  countPurged: CountPurged;
  messages: Pick<Parameters<typeof createEntraMessages>[0], 'observe' | 'notice'> & {
    observeHook: Parameters<typeof createHookFeatures>[0]['observe'];
  };
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
  run,
  forgetWrongTries,
  ...deps
}: FeatureDeps & Pick<Stores['database'], 'db' | 'run'> & { forgetWrongTries: () => Promise<void> }) {
  const emptyExpiredSeals = createEmptyExpiredSeals(deps);
  const purge = createPurge({ ...deps, run, count: deps.countPurged });
  return async () => {
    await emptyExpiredSeals();
    await forgetWrongTries();
    await purge();
  };
}

/** What each feature writes when a verification finishes. */
function completionWrites(deps: Pick<Stores, 'hashKeys' | 'sealKeys'> & { clock: Clock }): CompletionWrites {
  return {
    phoneMethod: createWritePhoneMethod({ tell: writeUserMessages }),
    appPassword: createWriteAppPassword(createAppPasswordMaker(deps)),
    hasRoomForAppPassword: HAS_ROOM_FOR_APP_PASSWORD,
    lockPhones: (user) => lockUser({ openVerifications: END_FOR_PHONE }, user),
    revokeAppPasswords: createWriteRevocation(writeUserMessages),
    block: writeFraudBlock,
    audit: writeAuditEvent,
    isAsserted: IS_ASSERTED,
    signInUse: writeSignInUse,
    messages: writeMessages,
    writtenMessage: WRITTEN_MESSAGE,
  };
}

/** Tenants, and what is theirs. */
function createTenantFeatures(
  { ceiling, production, database }: Config,
  { db, clock, log }: Pick<Stores['database'], 'db'> & { clock: Clock; log: Logger },
) {
  const apiKeys = createApiKeys({ db, clock });
  const places = placesFor(database.kind === 'postgres' ? database.poolSize : null);
  return {
    apiKeys,
    apiLanes: createApiLanes(apiKeys, places),
    tenants: createTenants({ db, clock }),
    tenantDomains: createTenantDomains({ db, clock }),
    policies: createPolicies({ db, clock, ceiling, production, log }),
    pbxProfiles: createPbxProfiles({ db, clock }),
  };
}

/** What may be done with phones, by administrators and by the users themselves. */
function createPhones({
  policies,
  ended,
  ...deps
}: Pick<ChangeDeps, 'db' | 'run' | 'clock'> & {
  policies: ReturnType<typeof createPolicies>;
  ended: ChangeDeps['openVerifications']['ended'];
}) {
  const shared = {
    ...deps,
    policyOf: policies.policyOf,
    openVerifications: { ...END_FOR_PHONE, ended },
    revokeAppPasswords: createWriteRevocation(writeUserMessages),
    tell: writeUserMessages,
  };
  return {
    phoneMethods: createPhoneMethods({ ...shared, by: 'administrator' }),
    ownPhones: createPhoneMethods({ ...shared, by: 'user' }),
  };
}

/** How the journey's statements run. */
function runningOn({ db, run }: Pick<Stores['database'], 'db' | 'run'>, log: Logger) {
  return {
    run,
    runWhenLocked: ((lock, statement) => runWhenLocked(db, lock, statement)) satisfies RunWhenLocked,
    runInTime: createRunInTime(db, (error) =>
      log.error({ err: error }, 'a message that was written too late could not be taken back'),
    ),
  };
}

/** What external authentication methods of Entra need, besides people who are called. */
function createEntraFeatures(
  { entra }: Config,
  {
    run,
    sealKeys,
    hashKeys,
    clock,
    log,
  }: Pick<Stores, 'sealKeys' | 'hashKeys'> & Pick<Stores['database'], 'run'> & { clock: Clock; log: Logger },
) {
  return {
    directoryPhones: createDirectoryPhones({
      ...{ logins: placesOf('login', entra?.login), graphs: placesOf('graph', entra?.graph), clock },
    }),
    directoryKeys: createDirectoryKeys(placesOf('login', entra?.metadata)),
    entraMethods: createEntraMethods({ run, clock, sealKeys: () => sealKeys }),
    enrolmentCodes: createEnrolmentCodes({ run, clock, hashKeys: () => hashKeys }),
    entraKeys: createEntraSigningKeys({ run, clock, log, sealKeys: () => sealKeys }),
    reachablePhones: createReachablePhones(run),
  };
}

/** Builds tenants, their policies, users and the journey, and connects them: features do not import each other. */
export function createFeatures(config: Config, deps: FeatureDeps) {
  const { stores, providers, languages, publicUrl, isStopping, clock, pause, events, log } = deps;
  const { database, queues, hashKeys, sealKeys, signingKeys } = stores;
  const { db, run } = database;
  const userProfiles = createUserProfiles({ db, clock, hashKeys });
  const ofTenants = createTenantFeatures(config, { db, clock, log });
  const { policies, pbxProfiles, apiLanes } = ofTenants;
  const blocks = createBlocks({ db, run, clock, openVerifications: { ...END_WHEN_BLOCKED, ended } });
  const ofPhones = createPhones({ db, run, clock, policies, ended });
  const ofAppPasswords = createAppPasswordFeatures(config, {
    ...{ stores, policies, clock, log },
    tell: writeUserMessages,
  });
  const assertions = createAssertions({
    ...{ run, clock, events, signingKeys },
    issuer: publicUrl,
    currentPolicy: policies.current,
  });
  const ofEntra = createEntraFeatures(config, { run, sealKeys, hashKeys, clock, log });
  const { read } = createVerificationStore(run);
  const jobIdOf = async (id: string) => (await read(id))?.jobId ?? null;
  const jobs = createVerificationJobs({ queues, jobIdOf, clock, log });
  const journey = createJourney({
    ...runningOn(database, log),
    jobs,
    providers,
    addresses: createCallAddresses(publicUrl),
    statusUrl: createTextAddress(publicUrl),
    ...{ codes: createCodes(hashKeys), deviceTokens: createDeviceTokens(hashKeys) },
    ownStatements: apiLanes.own,
    issueAssertion: (wanted) => assertions.issue({ ...wanted, kind: 'byNumber' }),
    prompts: languages,
    ...{ policyAt: policies.at, currentPolicy: policies.current, sealKeys },
    pbxProfileOf: pbxProfiles.find,
    checkPin: userProfiles.checkPin,
    writes: completionWrites({ hashKeys, sealKeys, clock }),
    contestSignIn: ofPhones.ownPhones.contestSignIn,
    deliverMessage: (written) => deps.deliverNow(readWrittenMessage(written)),
    traces: deps.traces,
    phoneHashes: (text) => phoneHashes(hashKeys, text),
    spending: { ofAll: config.spending, price: pricesByCountry(config.spending.pricesFile, providers) },
    clearUp: createClearUp({ ...deps, db, run, ...ofAppPasswords.appPasswordCheck }),
    refusals: deps.refusals,
    lines: { ...providers, callsPerSecond: config.lines.callsPerSecond },
    mostLive: config.worker.mostLive,
    pause,
    ...{ timeouts: config.timeouts, sweep: config.sweep },
    ...{ isStopping, clock, events, log },
  });
  const entraMessages = createEntraMessages({
    ...{ ...deps.messages, directoryKeys: ofEntra.directoryKeys, deliver: journey.deliverMessage },
    samplePathConnection: config.entra?.samplePathConnection ?? null,
    ...{ run, sealKeys, clock, log },
  });
  const deliveryHooks = createHookFeatures({
    ...{ run, sealKeys, hashKeys, clock, log, deliver: journey.deliverMessage },
    observe: deps.messages.observeHook,
    sentenceWith: createSentence(policies, languages),
  });
  const messageSets = [...entraMessages.sets, ...deliveryHooks.sets];
  const others = { deliveryHooks, messageSets, ...ofTenants, ...ofAppPasswords, ...ofPhones, ...ofEntra };
  return { jobs, journey, entraMessages, userProfiles, blocks, assertions, ...others };

  /** Verifications that were ended by something else than their own call. */
  function ended(ids: string[]): void {
    for (const id of ids) journey.advanceNow({ id });
  }
}

/** The sentence of our own text messages, without a host that the code is meant for. */
function createSentence(
  { policyOf }: { policyOf: (tenantId: string) => Promise<TenantPolicy> },
  languages: FeatureDeps['languages'],
) {
  return async (code: string, { tenantId, locale: wanted }: { tenantId: string; locale: string | null }) => {
    const { organisation, locale: ofTenant } = await policyOf(tenantId);
    const locale = (wanted === null ? null : languages.resolveLocale(wanted)) ?? ofTenant ?? 'en';
    return languages.fillCodeText({ locale, tenantId, organisation, code, host: null }).body;
  };
}
