import type { Selectable } from 'kysely';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { PhoneType } from '../../domain/phone-type.ts';
import { signsIn } from '../../domain/signs-in.ts';
import { isBlocked, isRegisteredPhone } from '../../domain/user-conditions.ts';
import type { Sender } from '../../providers/port.ts';
import type { CallAttemptTable, VerificationTable } from '../../registry/schema.ts';
import type { SignInAsked } from '../../registry/sign-in-schema.ts';
import type { StoredEvent } from '../../registry/stored-event.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge, Channel, RowPurpose, State } from '../states.ts';

/** A verification as the registry holds it, with the call of the attempt that counts. Checks guarantee the narrower types. */
export type Verification = Omit<
  Selectable<VerificationTable>,
  | 'state'
  | 'outcome'
  | 'purpose'
  | 'channel'
  | 'challenge'
  | 'events'
  | 'openNumber'
  | 'phoneHash'
  | 'calledPhone'
  | 'turns'
  | 'phoneType'
  | 'signIn'
  | 'checkKey'
> & {
  /** What a sign-in by number was asked for with; null: it is a verification of a user. */
  signIn: SignInAsked | null;
  state: State;
  outcome: Outcome | null;
  purpose: RowPurpose;
  channel: Channel;
  phoneType: PhoneType;
  challenge: Challenge;
  /** The version of the tenant's policy that counts now. */
  policyNow: number;
};

/** One call placed, or about to be placed, for a verification. */
export type CallAttempt = Selectable<CallAttemptTable>;

/**
 * Columns of the table alias `v`, under their names in camelCase. Each column costs something on the way, so statements
 * that run for every verification return those that are needed next.
 */
function columns(names: readonly (keyof Verification)[]): Sql {
  return raw(names.map((name) => `${expressionFor(name)} as "${name}"`).join(', '));
}

function expressionFor(name: keyof Verification): string {
  if (name === 'policyNow') return '(select tenant.policy_version from tenant where tenant.id = v.tenant_id)';
  return `v.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** All columns of a `Verification`. */
export const ALL_COLUMNS = columns([
  ...(['id', 'tenantId', 'userId', 'purpose', 'channel', 'phoneType', 'phoneNumber', 'country'] as const),
  ...(['locale', 'state', 'outcome', 'errorCode', 'attemptId', 'wakeAt', 'idempotencyKey'] as const),
  ...(['requestHash', 'createdAt', 'expiresAt', 'decidedAt', 'finishedAt', 'jobId', 'extension'] as const),
  ...(['pauseBeforeS', 'pauseAfterS', 'challenge', 'challengeDigits', 'lineNumber', 'slotAt'] as const),
  ...(['codeSeed', 'codeHost', 'escalatedAt', 'withoutAppPassword'] as const),
  ...(['redials', 'open', 'live', 'policyVersion', 'traceParent', 'attempts', 'callId'] as const),
  ...(['callStatus', 'callError', 'statusSequence', 'round', 'prompt', 'wrongKeys', 'silences'] as const),
  ...(['answeredBy', 'dialedAt', 'rangAt', 'answeredAt', 'endedAt', 'policyNow'] as const),
  ...(['signIn', 'decoy', 'textsAsked', 'textAskedAt'] as const),
]);

/** A new attempt, as placing its call needs it. */
export type Placing = Pick<Verification, (typeof PLACING)[number]>;
const PLACING = [
  ...(['id', 'tenantId', 'policyNow', 'locale', 'attemptId', 'attempts', 'wakeAt'] as const),
  ...(['phoneNumber', 'country', 'lineNumber', 'extension', 'pauseBeforeS', 'pauseAfterS'] as const),
  ...(['channel', 'codeSeed', 'codeHost', 'purpose', 'expiresAt', 'decoy'] as const),
] as const;
export const PLACING_COLUMNS = columns(PLACING);

/** A verification that was decided, as completing it needs it. */
export type Decided = Pick<Verification, (typeof DECIDED)[number]>;
const DECIDED = [
  ...(['id', 'tenantId', 'purpose', 'outcome', 'errorCode', 'policyNow', 'jobId', 'traceParent'] as const),
  ...(['callId', 'lineNumber', 'endedAt', 'challenge', 'userId', 'phoneType', 'signIn', 'decoy'] as const),
  'withoutAppPassword',
] as const;

/** A verification as the webhooks of its call need it. */
export type LiveCall = Decided &
  Pick<Verification, (typeof LIVE)[number]> & {
    /** Whether the attempt that was asked about is the one that counts. */
    current: boolean;
  };
const LIVE = [
  ...(['state', 'wakeAt', 'locale', 'extension', 'challengeDigits'] as const),
  ...(['round', 'prompt'] as const),
] as const;
export const LIVE_COLUMNS = columns([...DECIDED, ...LIVE]);
export const DECIDED_COLUMNS = columns(DECIDED);

/** States of verifications that are not decided. */
export const UNDECIDED = raw("('queued', 'dialing', 'ringing', 'answered', 'sending', 'sent')");

/** States in which nobody knows whether the provider took the call or the text. */
export const IN_DOUBT = raw("('dialing', 'sending')");

/** States in which a call may exist that has not been decided. */
export const ON_CALL = raw("('dialing', 'ringing', 'answered')");

/**
 * A condition that always holds: the commit does not wait for the disk (PostgreSQL, "Asynchronous Commit"). For updates
 * of which a loss is found again, never for a key, a request or a completion.
 */
export const COMMIT_LATER = raw("set_config('synchronous_commit', 'off', true) is not null");

/** A condition on the verification `v`: who registers an alternate mobile has a mobile beside it. */
export const HAS_MOBILE_BESIDE = raw(`(v.phone_type <> 'alternateMobile' or v.purpose <> 'register'
    or exists (select from phone_method m where m.tenant_id = v.tenant_id and m.user_id = v.user_id
      and m.phone_type = 'mobile'))`);

/**
 * A condition on the verification `v`: its user is not blocked, one that signs in calls the phone that is registered now,
 * and one that signs in by number one that has been a user name since it was asked for. Nobody is called for a decoy, so it always holds.
 * @param unusedDays `smsSignIn.unusedDays` of the policy
 */
export function isStillEntitled(now: Date, unusedDays: number | null = null): Sql {
  return sql`(v.decoy is not null or (
    not ${isBlocked('v', now)}
    and (v.purpose <> 'signIn' or ${isRegisteredPhone('v')})
    and (v.sign_in is null or exists (select from phone_method m where m.tenant_id = v.tenant_id
      and m.user_id = v.user_id and m.phone_number = v.phone_number and ${signsIn(now, unusedDays)}
      and m.sign_in_enabled_at <= v.created_at))))`;
}

/**
 * A condition on the sign-in by number `v`: its phone is a user name as it was when it was asked for. The phone is locked,
 * so that one that is being removed is waited for.
 */
export const SIGNS_IN_AND_LOCKED = sql`exists (select from phone_method m where m.tenant_id = v.tenant_id
  and m.user_id = v.user_id and m.phone_number = v.phone_number and m.sign_in_enabled_at <= v.created_at for update)`;

/** A condition on the verification `v`: a text before that of the attempt that counts was taken, so the person may have its code. */
export const HAS_EARLIER_TEXT = raw(`(v.channel = 'sms' and exists (select from call_attempt e
    where e.verification_id = v.id and e.id <> v.attempt_id and e.call_id is not null))`);

/**
 * A condition on the verification `v`: somebody who answered its phone does not want to be called. Who signs in has
 * registered that phone, and is called all the same.
 */
export const IS_SUPPRESSED = sql`(v.purpose <> 'signIn'
  and exists (select from suppressed_number s where s.phone_hash = v.phone_hash))`;

/** The end of an update of the verification `v`: the one of this attempt `a`, while the attempt is the one that counts. */
export function whileCounting(attemptId: string): Sql {
  return sql`from call_attempt a where a.id = ${attemptId} and v.id = a.verification_id and v.attempt_id = a.id`;
}

/** Digits at the end of a number in which two spellings of it agree: providers may put in a trunk or mobile prefix. */
export const SAME_END = raw('7');

/**
 * Whether a webhook is about the call of the attempt `a` of the verification `v`: placed by its provider, to its number.
 * Neither the line of an attempt nor the number of a verification ever changes.
 */
export function isFrom({ to, lines }: Sender): Sql {
  const own = lines === null ? null : JSON.stringify(lines);
  return sql`(${to}::text is null or right(v.phone_number, ${SAME_END}) = right(${to}::text, ${SAME_END}))
    and (${own}::jsonb is null or ${own}::jsonb @> to_jsonb(a.line_number))`;
}

/** What is added to the story of a verification, as JSON text. Whoever changes a row adds to its story in the same update. */
export function story(now: Date, ...events: Omit<StoredEvent, 'at'>[]): string {
  return JSON.stringify(events.map((event) => eventAt(now, event)));
}

/** One event of the story of a verification. */
export function eventAt(now: Date, event: Omit<StoredEvent, 'at'>): StoredEvent {
  return { ...event, at: now.toISOString() };
}

/**
 * A condition: `v` is this verification, of this tenant. Its id alone finds it; PostgreSQL would otherwise plan to look through all
 * verifications of the tenant while there are few of them, and keep the plan.
 */
export function isOfTenant({ id, tenantId }: Pick<Verification, 'id' | 'tenantId'>): Sql {
  return sql`v.id = ${id} and v.tenant_id || '' = ${tenantId}`;
}
