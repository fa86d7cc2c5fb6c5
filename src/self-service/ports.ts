/** What the page needs from other features; `service/` connects them. Functions throw the `ServiceError`s of the API. */
import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { User } from '../domain/user.ts';
import type { ServiceError } from '../errors.ts';
import type { Draft } from './sessions/session-store.ts';

/** How a person is reached. */
export interface Way {
  phoneType: PhoneType;
  channel: 'call' | 'sms';
}

/** The phone answered STOP, to a number that takes START or to a name that does not; or texts are held back for a while. */
export type TextRefusal = 'stopped' | 'stoppedToName' | 'heldBack';

/** A verification as the page shows it. */
export interface ShownVerification extends Way {
  id: string;
  /** Grouped, with its country code. */
  international: string;
  extension: string | null;
  /** What the phone displays, grouped; null: it is not known yet. */
  callerNumber: string | null;
  /** Of the prompts, BCP 47. */
  locale: string;
  challenge: string;
  /** The digits to show on the page; null: none, or no longer. */
  digits: string | null;
  state: string;
  progress: string;
  outcome: string | null;
  /** Why a text was refused, where the person must know. */
  textRefusal: TextRefusal | null;
  /** When the phone rings at the latest guess; null: at once. */
  expectedCallAt: Date | null;
  createdAt: Date;
  dialedAt: Date | null;
  rangAt: Date | null;
  answeredAt: Date | null;
  decidedAt: Date | null;
  /** From when on a text may be sent again. */
  textAgainAt: Date;
  expiresAt: Date;
}

/** A phone as the page lists it. */
export interface ListedPhone {
  id: string;
  phoneType: PhoneType;
  /** Grouped, with its country code. */
  phoneNumber: string;
  extension: string | null;
  isDefault: boolean;
  isVerified: boolean;
  /** `smsSignInState` of the API. */
  smsSignInState: string;
  createdAt: Date;
  /** Whether it may be removed, and the codes of what is against it. */
  removal: { allowed: boolean; codes: string[] };
}

/** An app password as the page lists it. */
export interface ListedAppPassword {
  id: string;
  name: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** A number as the page understood it, before it is called. */
export interface UnderstoodNumber {
  international: string;
  extension: string | null;
  /** The pause before the extension, s. */
  pauseBeforeS: number;
  /** What the phone displays, grouped; null: it is not known yet. */
  callerNumber: string | null;
  /** The language of the call or message, BCP 47. */
  locale: string;
}

/** What people do on the page. */
export interface PageActions {
  policyOf(tenantId: string): Promise<TenantPolicy>;
  /** Every refusal of a registration, for each of these ways to reach the user; left out: for all that there are. */
  refusalsOf(user: User, ways?: readonly Way[]): Promise<(Way & { refusals: ServiceError[] })[]>;
  /** The refusals of this registration, and how its number was understood; null: it was not. */
  check(
    user: User,
    draft: Draft,
    locale: string,
  ): Promise<{ refusals: ServiceError[]; understood: UnderstoodNumber | null }>;
  /** Asks for a registration. The same `key` gives the same one again. */
  request(user: User, draft: Draft, locale: string, key: string): Promise<{ id: string }>;
  read(user: User, verificationId: string): Promise<ShownVerification>;
  /** The user may ask for another one when this is done. */
  cancel(tenantId: string, verificationId: string): Promise<void>;
  checkCode(tenantId: string, verificationId: string, code: string, key: string): Promise<unknown>;
  sendAgain(tenantId: string, verificationId: string): Promise<unknown>;
  /** The app password of a verification, the one time that it is shown. */
  reveal(wanted: { tenantId: string; verificationId: string }): Promise<{ appPassword: string }>;
  listPhones(user: User): Promise<ListedPhone[]>;
  setDefault(user: User, id: string): Promise<unknown>;
  removePhone(user: User, id: string): Promise<unknown>;
  enableSmsSignIn(user: User, id: string): Promise<unknown>;
  disableSmsSignIn(user: User, id: string): Promise<unknown>;
  listAppPasswords(user: User): Promise<ListedAppPassword[]>;
  /** Makes one; its letters are null when this `key` made it before. */
  createAppPassword(user: User, name: string, key: string): Promise<{ appPassword: string | null }>;
  revokeAppPassword(user: User, id: string): Promise<unknown>;
  revokeAllAppPasswords(user: User): Promise<unknown>;
}
