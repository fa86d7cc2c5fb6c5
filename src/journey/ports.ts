/** What the journey needs from the other features, and what its steps offer each other; `service.ts` and `index.ts` connect them. */

import type { Job } from 'bullmq';
import type { Greeting } from '../providers/dialogue.ts';
import type { Limit } from './limits.ts';
import type { Challenge, Purpose } from './states.ts';
import type { Verification } from './store/rows.ts';

/** What a tenant allows and wants, and how it reads numbers. */
export interface TenantRules {
  /** The name spoken in the prompt. */
  organisation: string;
  officePhone: { allowed: boolean };
  challenge: Challenge;
  machineDetection: boolean;
  /** What is said, or played, before the first prompt, by language. */
  greeting: Record<string, Greeting>;
  /** The language of prompts when the request names none; null leaves it to the number's country. */
  locale: string | null;
  /** How long the phone may ring, s. */
  ringTimeoutS: number;
  /** How long the whole call may last, s. */
  callTimeLimitS: number;
  /** How long after the request a call may still be placed, s. */
  expiresAfterS: number;
  /** The furthest that the free moment of a line may lie in the future, s. */
  patienceS: number;
  /** Whether one more call is placed, `afterS` later. */
  redial: { onBusy: boolean; onNoAnswer: boolean; afterS: number };
  /** What follows when a call is reported as fraud; `blockForS` null blocks for good. */
  fraud: { blockUser: boolean; blockForS: number | null };
  limits: { perUser: Limit; perNumber: Limit; perTenant: Limit };
  appPassword: { issue: boolean; length: number };
  /** Pauses around an extension where nobody says otherwise, s. */
  extension: DialPauses;
  /** Reads a number as typed; throws a `ServiceError` `number.*` when it may not be called. */
  understandNumber(typed: {
    number: string;
    country?: string | undefined;
    extension?: string | undefined;
  }): UnderstoodNumber;
}

/** Whether digits are a user's PIN; false for a user without one. */
export type CheckPin = (user: { tenantId: string; userId: string }, digits: string) => Promise<boolean>;

/** Looks up a tenant's rules as they are now. */
export type RulesOf = (tenantId: string) => Promise<TenantRules>;

/** How a number as typed was understood. */
export interface UnderstoodNumber {
  e164: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** libphonenumber's name for the kind of number, or null if it knows none. */
  type: string | null;
  international: string;
  national: string;
  /** What is dialled once the number has answered, or null. */
  extension: string | null;
}

/** Silences around a dialled extension, s; halves allowed. */
export interface DialPauses {
  pauseBeforeS: number;
  pauseAfterS: number;
}

/** The office phone a user has registered (E.164, and the extension if it has one), or null. */
export type RegisteredOfficePhone = (user: {
  tenantId: string;
  userId: string;
}) => Promise<{ phoneNumber: string; extension: string | null } | null>;

/** An app password as it is stored: the completing statement writes these values. */
export interface NewAppPassword {
  id: string;
  hash: string;
  hashKeyId: string;
  sealed: string;
  sealedUntil: Date;
}

/** Makes an app password for a verification; the clear text exists only inside `sealed`. */
export type MakeAppPassword = (input: { length: number; verificationId: string }) => NewAppPassword;

/** Wakes the job of a verification so that its next thing is done now. Failing is fine: the sweeper looks again. */
export type Wake = (verificationId: string) => void;

/** How long the journey waits for others, in ms. */
export interface Patience {
  /** How long a request to the network may take. */
  requestMs: number;
  /** After a call was asked for and the answer was lost, before the network is searched for it. Longer than a request to the network may take. */
  dialGraceMs: number;
  /** After a call ended, for a key that is still on its way. */
  hangUpGraceMs: number;
  /** After a call should have ended, before the network is asked; and between two looks. */
  watchMs: number;
  /** Before the first new try when the network said that nothing happened; doubles with each. */
  retryMs: number;
}

/** What a backend asks for. `number` and `country` (ISO 3166-1 alpha-2) are as typed; pauses are in seconds. */
export interface VerificationRequest {
  tenantId: string;
  userId: string;
  purpose: Purpose;
  number?: string | undefined;
  country?: string | undefined;
  extension?: string | undefined;
  pauseBeforeS?: number | undefined;
  pauseAfterS?: number | undefined;
  locale?: string | undefined;
  idempotencyKey?: string | undefined;
  /** The job that asks and from then on moves the verification; without one, a job is added. */
  jobId?: string | undefined;
  /** When it was asked for, if that was before now. */
  askedAt?: Date | undefined;
}

/** Reads a tenant's own verification; throws `verification.notFound` for anybody else's, as for one that never was. */
export type ReadVerification = (tenantId: string, id: string) => Promise<Verification>;

/** What was done about an overdue verification's job. */
export type JobRepair = 'alive' | 'added' | 'retried' | 'replaced' | 'promoted';

/** What of a job that a backend added is read and changed. */
export type BackendJob = Pick<Job, 'id' | 'name' | 'data' | 'opts' | 'timestamp' | 'updateData'>;

/** Finds the verification that a backend's job moves; the first time, the job's request becomes that verification. */
export type TakeOverJob = (job: BackendJob) => Promise<string>;
