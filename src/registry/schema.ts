import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type {
  AppPasswordTable,
  AppServerTable,
  TenantDomainTable,
  WrongAppPasswordTable,
} from './app-password-schema.ts';
import type {
  EntraAttemptTable,
  EntraEnrolmentCodeTable,
  EntraKeyTable,
  EntraMethodTable,
} from './entra-schema.ts';
import type { KeyFingerprintTable, SignInAssertionTable } from './key-schema.ts';
import type { CallerLineTable, LineShareTable } from './line-schema.ts';
import type {
  DeliveryHookTable,
  DeliveryTable,
  EntraMessageKeyTable,
  EntraPhoneProviderTable,
} from './message-schema.ts';
import type { OutboxTable, WebhookEndpointTable } from './outbox-schema.ts';
import type { ChallengeFailureTable, RefusalTable } from './refusal-schema.ts';
import type {
  SelfServiceLinkTable,
  SelfServiceSessionTable,
  SignInPageTable,
} from './self-service-schema.ts';
import type { SignInColumns } from './sign-in-schema.ts';
import type {
  CalledCountryTable,
  RateCountTable,
  SuppressedNumberTable,
  TollFraudSuspicionTable,
  UnwantedCallsTable,
} from './spending-schema.ts';
import type { StoredEvent } from './stored-event.ts';
import type { PhoneMethodTable, UserBlockTable, UserProfileTable } from './user-schema.ts';

/** The registry's tables, as Kysely sees them. `phoneNumber` columns hold E.164; instants are UTC. */
export interface Registry {
  tenant: TenantTable;
  apiKey: ApiKeyTable;
  verification: VerificationTable;
  callAttempt: CallAttemptTable;
  phoneMethod: PhoneMethodTable;
  appPassword: AppPasswordTable;
  tenantDomain: TenantDomainTable;
  appServer: AppServerTable;
  wrongAppPassword: WrongAppPasswordTable;
  auditEvent: AuditEventTable;
  lease: LeaseTable;
  policyVersion: PolicyVersionTable;
  userProfile: UserProfileTable;
  userBlock: UserBlockTable;
  callerLine: CallerLineTable;
  lineShare: LineShareTable;
  rateCount: RateCountTable;
  challengeFailure: ChallengeFailureTable;
  suppressedNumber: SuppressedNumberTable;
  unwantedCalls: UnwantedCallsTable;
  tollFraudSuspicion: TollFraudSuspicionTable;
  calledCountry: CalledCountryTable;
  refusal: RefusalTable;
  pbxProfile: PbxProfileTable;
  webhookEndpoint: WebhookEndpointTable;
  outbox: OutboxTable;
  keyFingerprint: KeyFingerprintTable;
  signInAssertion: SignInAssertionTable;
  selfServiceLink: SelfServiceLinkTable;
  selfServiceSession: SelfServiceSessionTable;
  signInPage: SignInPageTable;
  entraPhoneProvider: EntraPhoneProviderTable;
  entraMessageKey: EntraMessageKeyTable;
  deliveryHook: DeliveryHookTable;
  delivery: DeliveryTable;
  entraMethod: EntraMethodTable;
  entraAttempt: EntraAttemptTable;
  entraEnrolmentCode: EntraEnrolmentCodeTable;
  entraKey: EntraKeyTable;
}

interface TenantTable {
  id: string;
  name: string;
  /** The current policy document; `policy_version` keeps all. */
  policy: JSONColumnType<Record<string, unknown>>;
  policyVersion: Generated<number>;
  /** Its own (ISO 3166-1 alpha-2), which a policy without a list of countries allows; null: every country. */
  country: string | null;
  createdAt: Date;
}

interface ApiKeyTable {
  id: string;
  tenantId: string;
  name: string;
  /** SHA-256 of the secret half of the key, hexadecimal. */
  secretHash: string;
  /** What it may do, as `domain/scope.ts` writes it. */
  scopes: Generated<string>;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface VerificationTable extends SignInColumns {
  id: string;
  tenantId: string;
  userId: string;
  purpose: string;
  channel: string;
  phoneType: string;
  phoneNumber: string;
  country: string;
  locale: string;
  state: string;
  outcome: string | null;
  /** The provider's error code behind the outcome, if there is one. */
  errorCode: string | null;
  /** The current attempt. Webhooks of other attempts change nothing. */
  attemptId: string | null;
  /** When the verification is due to be looked at. */
  wakeAt: Date;
  idempotencyKey: string | null;
  requestHash: string | null;
  createdAt: Date;
  expiresAt: Date;
  decidedAt: Date | null;
  finishedAt: Date | null;
  /** The job that moves it, when a backend brought one; null: the job's id is the verification's. */
  jobId: string | null;
  extension: string | null;
  /** Pauses around the extension, s; null without one. */
  pauseBeforeS: number | null;
  pauseAfterS: number | null;
  challenge: Generated<string>;
  /** The digits shown on the screen for number matching. */
  challengeDigits: string | null;
  /** What the code of a text message follows from: `<key id>.<seed>`; null for calls. */
  codeSeed: string | null;
  /** The host of the page on which the code is typed; null: the one of the policy. */
  codeHost: string | null;
  /** Whether the approved registration gives no app password, whatever the policy says. */
  withoutAppPassword: Generated<boolean>;
  /** Since when a call takes the place of its text message; null: none does. */
  escalatedAt: Generated<Date | null>;
  /** The hash of the idempotency key with which its right code was checked. */
  checkKey: Generated<string | null>;
  /** The caller line, E.164, and its moment that is reserved for this call. */
  lineNumber: string | null;
  slotAt: Date | null;
  /** How many calls were placed again after busy or no answer. */
  redials: Generated<number>;
  /** True until it is finished. */
  open: Generated<boolean>;
  /** From its first attempt, or its decision, until it is finished. */
  live: Generated<boolean>;
  /** The version of the tenant's policy that it was requested under. */
  policyVersion: Generated<number>;
  /** The trace that it was requested in (W3C, Trace Context), if any. */
  traceParent: string | null;
  /**
   * Until it is finished, the number, or the challenge where there is an answer to guess: a user has one open
   * verification for each.
   */
  openNumber: Generated<string | null>;
  /** `<key id>.<keyed hash>` of number and extension; null for those requested before there was one. */
  phoneHash: Generated<string | null>;
  /** The number and extension that the attempt that counts calls, until it is finished: one call rings a phone. */
  calledPhone: Generated<string | null>;
  /** How often the person turned away from reporting the call. */
  turns: Generated<number>;
  /** How many attempts there were. */
  attempts: Generated<number>;
  /** From here on: the call of the current attempt. */
  callId: string | null;
  callStatus: string | null;
  /** The provider's error code about this call. */
  callError: string | null;
  /** The highest sequence number of a status callback seen; -1 before the first. */
  statusSequence: Generated<number>;
  /** Grows by one with each answer of the person, so that a repeated webhook is recognised. */
  round: Generated<number>;
  /** What the person hears in this round. */
  prompt: Generated<string>;
  wrongKeys: Generated<number>;
  silences: Generated<number>;
  answeredBy: string | null;
  dialedAt: Date | null;
  rangAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  /** What happened so far, in order; see `StoredEvent`. */
  events: ColumnType<StoredEvent[], string | undefined, string>;
}

/** Which attempts there were. How a call went is in the verification while its attempt is current, and here afterwards. */
export interface CallAttemptTable {
  id: string;
  verificationId: string;
  /** 1 for the first call of a verification. */
  number: number;
  lineNumber: string;
  callId: string | null;
  status: string | null;
  /** The highest sequence number of a status callback seen; -1 before the first. */
  statusSequence: Generated<number>;
  /** Grows by one with each answer of the person, so that a repeated webhook is recognised. */
  round: Generated<number>;
  /** What the person hears in this round. */
  prompt: Generated<string>;
  wrongKeys: Generated<number>;
  silences: Generated<number>;
  answeredBy: string | null;
  errorCode: string | null;
  startedAt: Date;
  rangAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
}

/** Written by `domain/audit-event.ts`, and never changed. */
interface AuditEventTable {
  id: string;
  tenantId: string;
  /** Null: it is about no user. */
  userId: string | null;
  verificationId: string | null;
  type: string;
  data: JSONColumnType<Record<string, unknown>>;
  /** Of the verification that it is about. */
  outcome: string | null;
  at: Date;
  /** Who acted; see `domain/actor.ts`. Null for events from before this was kept. */
  actorType: string | null;
  actorId: string | null;
  actorName: string | null;
  clientAddress: string | null;
}

/** Work that one process at a time may do, until `until`. */
interface LeaseTable {
  name: string;
  until: Date;
}

/** Every policy document a tenant has had. */
interface PolicyVersionTable {
  tenantId: string;
  version: number;
  document: JSONColumnType<Record<string, unknown>>;
  createdAt: Date;
}

/** How a switchboard wants extensions dialed; pauses in seconds. */
interface PbxProfileTable {
  id: string;
  tenantId: string;
  switchboardNumber: string;
  pauseBeforeS: number;
  pauseAfterS: number;
}
