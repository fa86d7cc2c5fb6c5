import type { User } from '../../domain/user.ts';
import type { UnregisteredPhone } from '../../registry/entra-schema.ts';
import type { AnswerError } from './read-request.ts';
import type { ReachablePhone, Way } from './ways.ts';

/** What is known of a verification here. */
export interface AskedPerson {
  id: string;
  state: string;
  outcome: string | null;
  channel: 'call' | 'sms';
}

/** What sign-ins need from other features; `service/` connects them. Functions throw the `ServiceError`s of the API. */
export interface SignInPorts<Person extends AskedPerson> {
  /** The phones of a user that may be asked at present; without any, the one that is not registered yet, if it may be. */
  phonesOf(user: User & { phone: UnregisteredPhone | null }): Promise<ReachablePhone[]>;
  /** Whether any phone of the user may be asked, but for the policy. */
  hasPhone(user: User): Promise<boolean>;
  /** Asks a person, until `notAfter` at the latest. The same `key` gives the same verification again. */
  request(
    user: User,
    way: Way,
    how: { locale: string; key: string; notAfter: Date | undefined },
  ): Promise<{ id: string }>;
  read(tenantId: string, verificationId: string): Promise<Person>;
  /** Resolves when the user may be asked again; throws `verification.alreadyDecided`. */
  cancel(tenantId: string, verificationId: string): Promise<void>;
}

/** How a sign-in stands. */
export type Standing<Person extends AskedPerson> =
  | { kind: 'answer'; idToken: string }
  | { kind: 'ended'; error: AnswerError; isLate: boolean }
  /** @param canEnrol whether the person may enter a phone with an enrolment code */
  | { kind: 'refused'; code: string; canEnrol: boolean; ways: Way[] }
  | { kind: 'over' | 'live'; verification: Person; ways: Way[] };

/** A sign-in that nothing more happens to. */
export type Ended = Extract<Standing<never>, { kind: 'answer' | 'ended' }>;
