import type { Selectable } from 'kysely';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { CallAttemptTable, StoredEvent, VerificationTable } from '../../registry/schema.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge, Channel, Purpose, State } from '../states.ts';

/** A verification as the registry holds it, with the call of the attempt that counts. Checks guarantee the narrower types. */
export type Verification = Omit<
  Selectable<VerificationTable>,
  'state' | 'outcome' | 'purpose' | 'channel' | 'challenge' | 'events'
> & {
  state: State;
  outcome: Outcome | null;
  purpose: Purpose;
  channel: Channel;
  challenge: Challenge;
  /** The version of the tenant's policy that counts now. */
  policyNow: number;
};

/** A verification as its call's webhooks need it. */
export type LiveCall = Verification & {
  /** Whether the attempt that was asked about is the one that counts. */
  current: boolean;
};

/** One call placed, or about to be placed, for a verification. */
export type CallAttempt = Selectable<CallAttemptTable>;

/** The columns of a `Verification`, of the table alias `v`. The story is left out: only those who show it read it. */
export const COLUMNS = raw(`
  v.id, v.tenant_id, v.user_id, v.purpose, v.channel, v.phone_type, v.phone_number, v.country, v.locale,
  v.state, v.outcome, v.error_code, v.attempt_id, v.wake_at, v.idempotency_key, v.request_hash, v.created_at,
  v.expires_at, v.decided_at, v.finished_at, v.job_id, v.extension, v.pause_before_s, v.pause_after_s,
  v.challenge, v.challenge_digits, v.line_number, v.slot_at, v.redials, v.open, v.live, v.policy_version,
  v.trace_parent, v.attempts, v.call_id, v.call_status, v.call_error, v.status_sequence, v.round, v.prompt,
  v.wrong_keys, v.silences, v.answered_by, v.dialed_at, v.rang_at, v.answered_at, v.ended_at, (select
  tenant.policy_version from tenant where tenant.id = v.tenant_id) as policy_now`);

/** States in which a call may exist that has not been decided. */
export const ON_CALL = raw("('dialing', 'ringing', 'answered')");

/** The end of an update of the verification `v`: the one of this attempt `a`, while the attempt is the one that counts. */
export function whileCounting(attemptId: string): Sql {
  return sql`from call_attempt a where a.id = ${attemptId} and v.id = a.verification_id and v.attempt_id = a.id`;
}

/** What is added to the story of a verification, as JSON text. Whoever changes a row adds to its story in the same update. */
export function story(now: Date, ...events: Omit<StoredEvent, 'at'>[]): string {
  const at = now.toISOString();
  return JSON.stringify(events.map((event) => ({ ...event, at })));
}
