/** What the steps of the journey share, and what they need from other features; `service/` connects them. */
import type { Job } from 'bullmq';
import type { Sql } from 'sql-template-tag';
import type { AuditEvent } from '../domain/audit-event.ts';
import type { Pauses } from '../domain/pauses.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { User } from '../domain/user.ts';
import type { Challenge, Channel, EndAuditType, MessageType, Purpose } from './states.ts';
import type { UserFacts } from './store/facts.ts';
import type { Verification } from './store/rows.ts';

/** A version of a tenant's policy. Throws an Error when there is none or it is not valid. */
export type PolicyAt = (tenantId: string, version: number) => Promise<TenantPolicy>;

/** Whether digits are a user's PIN; false for a user without one. */
export type CheckPin = (user: User, digits: string) => Promise<boolean>;

/** The question that a person was asked, read from the signed address of the webhook with the answer. */
export interface Question {
  prompt: string;
  challenge: Challenge;
}

/** The most of one day, UTC; null: no limit. */
export interface DailyLimits {
  callsPerDay: number | null;
  textsPerDay: number | null;
  /** In the currency of the price table. */
  moneyPerDay: number | null;
}

/** What calls and text messages are estimated to cost. */
export interface EstimatedPrice {
  currency: string;
  /** The price of a started minute of a call to a country (ISO 3166-1 alpha-2) from its preferred line. */
  perMinute: (country: string) => number;
  /** The price of a text message to a country, likewise. */
  perText: (country: string) => number;
}

/** How a switchboard (E.164) wants extensions dialed, or null. */
export type PbxProfileOf = (switchboard: { tenantId: string; number: string }) => Promise<Pauses | null>;

/**
 * What other features write when a verification finishes. Each write is part of one statement: it is named as said,
 * and reads the finished verification from `done`.
 */
export interface CompletionWrites {
  /** `method`: the phone, which replaces the one of its type there was; returns `id`. */
  phoneMethod(now: Date): Sql;
  /** A condition on the verification `v`: its user may have one more app password. */
  hasRoomForAppPassword: Sql;
  /** Locks the open verifications and the phones of a user, against whoever removes one. */
  lockPhones(user: User): Sql;
  /** `password`: a new app password of so many letters, for so many days or for good; returns `id`. */
  appPassword(
    wanted: { length: number; expiresAfterDays: number | null; verificationId: string },
    now: Date,
  ): Sql;
  /** `revoked`: revokes the user's app passwords if the condition on `done` holds; returns their ids and their user. */
  revokeAppPasswords(condition: Sql, now: Date): Sql;
  /** `block`: blocks the user until then, or for good, if the condition on `done` holds, and returns the block; a longer one stays as it is. */
  block(expiresAt: Date | null, condition: Sql, now: Date): Sql;
  /** `audit`: the audit event of the end, whose data is a JSON object, if the condition on `done` holds, and those of what followed from it. */
  audit(event: { type: EndAuditType; data: Sql; when?: Sql; also?: readonly AuditEvent[] }, now: Date): Sql;
  /** A condition on the sign-in by number `v`: its assertion was issued. */
  isAsserted: Sql;
  /** `used`: the user of the sign-in by number has signed in with it. */
  signInUse(now: Date): Sql;
  /**
   * `about` and `message`: messages to the tenant's webhook endpoint, if it has one, one of each type, the later ones
   * only if their condition holds. The ids are those of what was written.
   */
  messages(
    wanted: {
      types: [{ type: MessageType; when?: Sql }, ...{ type: MessageType; when?: Sql }[]];
      phoneMethodId: Sql;
      appPasswordId: Sql;
    },
    now: Date,
  ): Sql;
  /** Selects the first of the messages, for whoever delivers it; null without one. */
  writtenMessage: Sql;
}

/** What else follows once a user has proved to have a mobile's number, and that is committed. */
export type ContestSignIn = (user: User, policy: TenantPolicy['smsSignIn']) => Promise<void>;

/** Time limits and waits of the journey, in ms. */
export interface Timeouts {
  /** How long a request to the provider may take. */
  requestMs: number;
  /** After a call was requested and the answer was lost, before the provider is searched for it. Longer than `requestMs`. */
  dialGraceMs: number;
  /** After somebody picked up, for the next webhook of the call: the prompt and the wait for a key. */
  answerMs: number;
  /** After a call ended, for a key that is still on its way. */
  hangUpGraceMs: number;
  /** After a call should have ended, before the provider is asked; and between two checks. */
  watchMs: number;
  /** Before the first retry when the provider answered that no call was placed; doubles with each. */
  retryMs: number;
}

/** What a backend asks for. `number` and `country` (ISO 3166-1 alpha-2) are as typed; pauses are in seconds. */
export interface VerificationRequest extends User {
  purpose: Purpose;
  channel: Channel;
  /** Which phone it is; see `phoneTypeOf` for what it is when it is left out. */
  phoneType?: PhoneType | undefined;
  number?: string | undefined;
  country?: string | undefined;
  extension?: string | undefined;
  pauseBeforeS?: number | undefined;
  pauseAfterS?: number | undefined;
  locale?: string | undefined;
  /** The host of the page on which the code of a text is typed; left out: the one of the policy. */
  codeHost?: string | undefined;
  /** Whether a registration gives no app password, whatever the policy says; left out: it does as the policy says. */
  withoutAppPassword?: boolean | undefined;
  idempotencyKey?: string | undefined;
  /** The job that asks and from then on moves the verification; without one, a job is added. */
  jobId?: string | undefined;
  /** When it was asked for, if that was before now. */
  askedAt?: Date | undefined;
  /** Nobody waits for it any longer then, whatever the policy says. */
  notAfter?: Date | undefined;
}

/** Asks for a verification on behalf of a tenant, with the facts about its user. */
export type RequestVerification = (
  request: VerificationRequest,
  facts: UserFacts,
) => Promise<{ verification: Verification; replayed: boolean }>;

/** Reads a tenant's own verification; throws `verification.notFound` for anybody else's, as for one that never was. */
export type ReadVerification = (tenantId: string, id: string) => Promise<Verification>;

/** What was done about an overdue verification's job. */
export type JobRepair = 'alive' | 'added' | 'retried' | 'replaced' | 'promoted';

/** What of a job that a backend added is read and changed. */
export type BackendJob = Pick<Job, 'id' | 'name' | 'data' | 'opts' | 'timestamp' | 'updateData'>;

/** Finds the verification that a backend's job moves; the first time, the job's request becomes that verification. */
export type TakeOverJob = (job: BackendJob) => Promise<string>;
