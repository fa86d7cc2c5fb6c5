/** What the pages for sign-ins of Entra need from other features; `service/` connects them. Functions throw the `ServiceError`s of the API. */
import type { TenantPolicy } from '../../domain/policy.ts';
import type { ErrorCode } from '../../errors.ts';
import type { FormFields } from '../../platform/http/form-body.ts';
import type { PageActions, ShownVerification } from '../ports.ts';
import type { Draft } from '../sessions/session-store.ts';

/** A way in which the person may be asked. */
export interface ShownWay {
  /** Stands in forms. */
  name: string;
  channel: 'call' | 'sms';
  /** Only the password is proved as yet: nobody is shown a whole number. */
  maskedNumber: string;
  /** The last digits, as they are read out. */
  lastDigits: string;
}

/** How a sign-in stands. */
export type ShownStanding =
  | { kind: 'answer'; idToken: string }
  /** @param isLate whether Entra waited too long for it */
  | { kind: 'ended'; error: string; isLate: boolean }
  /** @param canEnrol whether the person may enter a phone with an enrolment code */
  | { kind: 'refused'; code: ErrorCode; canEnrol: boolean; ways: ShownWay[] }
  | { kind: 'over' | 'live'; verification: ShownVerification; way: ShownWay | null; ways: ShownWay[] };

/** A sign-in that Entra asked for. */
export interface EntraSignIn {
  id: string;
  tenantId: string;
  userId: string;
  locale: string | null;
  /** Counts what was begun; a form with an old one does nothing. */
  round: number;
  verificationId: string | null;
  /** Entra waits no longer. */
  expiresAt: Date;
  state: string | null;
  clientRequestId: string | null;
  /** Where the answer is posted to: one address of Microsoft's. */
  redirectUri: string;
  /** Whether the person has shown an enrolment code, and may enter another number. */
  isAdmitted: boolean;
  /** Whether a browser holds what this sign-in's has. */
  isOwner(secret: string): boolean;
  /** How it stands, once the person was asked. @param locale the language of the page */
  look(locale: string): Promise<ShownStanding>;
  /**
   * Has the person called on a phone that they enter, if the code is right.
   * @throws ServiceError why the number may not be called
   */
  enrol(wanted: {
    round: number;
    code: string;
    draft: Draft;
    locale: string;
  }): Promise<{ kind: 'admitted' | 'over' } | { kind: 'wrongCode'; left: number }>;
  again(wanted: { round: number; way: string; locale: string }): Promise<void>;
  giveUp(): Promise<void>;
  speak(locale: string): Promise<void>;
}

/** What became of a request from Entra. */
type AcceptedRequest =
  | { kind: 'untrusted'; clientRequestId: string | null }
  | { kind: 'refused'; error: string; state: string | null; redirectUri: string }
  /** @param secret what the browser holds from now on */
  | { kind: 'accepted'; id: string; secret: string };

/** What happens on these pages. */
export interface EntraMethodActions {
  /** The tenant whose method it is; null: there is none. */
  tenantOf(methodId: string): Promise<string | null>;
  accept(methodId: string, fields: FormFields): Promise<AcceptedRequest>;
  find(methodId: string, id: string): Promise<EntraSignIn | null>;
  policyOf(tenantId: string): Promise<TenantPolicy>;
  check: PageActions['check'];
  checkCode(tenantId: string, verificationId: string, code: string, key: string): Promise<unknown>;
  sendAgain(tenantId: string, verificationId: string): Promise<unknown>;
}
