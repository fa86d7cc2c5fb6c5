import type { Selectable } from 'kysely';
import { raw } from 'sql-template-tag';
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
export const COLUMNS = raw(
  [
    ...[
      'id',
      'tenant_id',
      'user_id',
      'purpose',
      'channel',
      'phone_type',
      'phone_number',
      'country',
      'locale',
    ],
    ...['state', 'outcome', 'error_code', 'attempt_id', 'wake_at', 'idempotency_key', 'request_hash'],
    ...['created_at', 'expires_at', 'decided_at', 'finished_at', 'job_id', 'extension', 'pause_before_s'],
    ...[
      'pause_after_s',
      'challenge',
      'challenge_digits',
      'line_number',
      'slot_at',
      'redials',
      'open',
      'live',
    ],
    ...[
      'policy_version',
      'trace_parent',
      'attempts',
      'call_id',
      'call_status',
      'call_error',
      'status_sequence',
      'round',
    ],
    ...['prompt', 'wrong_keys', 'silences', 'answered_by', 'dialed_at', 'rang_at', 'answered_at', 'ended_at'],
  ]
    .map((column) => `v.${column}`)
    .concat('(select tenant.policy_version from tenant where tenant.id = v.tenant_id) as policy_now')
    .join(', '),
);

/** States in which a call may exist that has not been decided. */
export const ON_CALL = raw("('dialing', 'ringing', 'answered')");

/** What is added to the story of a verification, as JSON text. Whoever changes a row adds to its story in the same update. */
export function story(now: Date, ...events: Omit<StoredEvent, 'at'>[]): string {
  const at = now.toISOString();
  return JSON.stringify(events.map((event) => ({ ...event, at })));
}
