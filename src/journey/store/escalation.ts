import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import type { Sender } from '../../providers/port.ts';
import type { TextStatus } from '../../providers/text-port.ts';
import type { Counter, CrossedAlarm, Refused, WishForSlot } from './admission.ts';
import { interval } from './dial-slots.ts';
import { openNumber } from './insertion.ts';
import { KEEP_CALL } from './kept-calls.ts';
import {
  ALL_COLUMNS,
  HAS_EARLIER_TEXT,
  isFrom,
  isOfTenant,
  isStillEntitled,
  story,
  type Verification,
} from './rows.ts';

/**
 * Why a call takes the place of a text: somebody asked for it, of a text that was sent before then; the provider told that it did
 * not deliver the text; or it refused to send it.
 */
export type Cause =
  | { kind: 'asked'; sentBefore: Date }
  | {
      kind: 'undelivered';
      attemptId: string;
      textId: string;
      status: TextStatus;
      errorCode: string | null;
      sender: Sender;
    }
  | { kind: 'refused'; attemptId: string; errorCode: string };

/** The call that takes the place of a text, as a request for it would have been written. */
export type CallInstead = Pick<
  Verification,
  'challenge' | 'challengeDigits' | 'expiresAt' | 'policyVersion' | 'phoneNumber'
> & {
  lineNumber: string;
  phoneHashes: string[];
  counters: Counter[];
  slot: WishForSlot;
};

/** What became of it; `gone`: the text has no place to be taken any more, or somebody was there first. */
export type Escalation =
  | { kind: 'escalated'; verification: Verification; crossed: CrossedAlarm[] }
  | { kind: 'gone' }
  | Refused;

/** Puts a call in the place of the text of a verification, if it may be. */
export type EscalateStore = ReturnType<typeof createEscalateStore>;

type Row = Verification & {
  isOpen: boolean;
  refused: string | null;
  until: Date | null;
  crossed: CrossedAlarm[];
};

/** @param run runs a statement on the registry */
export function createEscalateStore(run: RunStatement) {
  return {
    /**
     * `sent`, or `queued` or `sending` after a first attempt → `queued` on the channel call, once, and never of a sign-in by number, which anybody may ask for: suppressed and unwanted calls, the limits of
     * the day and the place on the line are looked at as for a request, in the same statement.
     */
    async escalate(
      of: Pick<Verification, 'id' | 'tenantId' | 'userId' | 'purpose'>,
      cause: Cause,
      call: CallInstead,
      now: Date,
    ): Promise<Escalation> {
      try {
        return readEscalation(await run<Row>(escalateStatement(of, cause, call, now)));
      } catch (error) {
        // Another one of the number at once: the index let one through.
        if (takenConstraint(error) === 'verification_open_number') return { kind: 'open' };
        throw error;
      }
    },

    /** The verification of an attempt, if a call may take the place of its text at all: a message of somebody else goes one way only. */
    async ofAttempt(attemptId: string): Promise<Verification | null> {
      const rows = await run<Verification>(sql`select ${ALL_COLUMNS} from verification v
        where v.id = (select a.verification_id from call_attempt a where a.id = ${attemptId})
          and v.purpose <> 'deliver'`);
      return rows[0] ?? null;
    },
  };
}

/** Its text was asked for once at least; whoever takes its place must be the first. */
function mayEscalate(cause: Cause): Sql {
  if (cause.kind === 'asked')
    return sql`v.state in ('sent', 'queued') and v.dialed_at <= ${cause.sentBefore}`;
  // The person may have the code of an earlier text.
  const only = sql`v.attempt_id = ${cause.attemptId}::uuid and v.state in ('sending', 'sent')
    and not ${HAS_EARLIER_TEXT}`;
  if (cause.kind === 'refused') return only;
  return sql`${only} and coalesce(v.call_id, ${cause.textId}) = ${cause.textId} and v.status_sequence < 3
    and exists (select from call_attempt a where a.id = v.attempt_id and ${isFrom(cause.sender)})`;
}

/** What is known of the text at its end, before the attempt keeps it. */
function ofText(cause: Cause): Sql {
  const { kind } = cause;
  const status = kind === 'undelivered' ? cause.status : null;
  const textId = kind === 'undelivered' ? cause.textId : null;
  const errorCode = kind === 'asked' ? null : cause.errorCode;
  return sql`coalesce(${status}::text, call_status) as call_status, coalesce(call_id, ${textId}::text) as call_id,
    coalesce(${errorCode}::text, call_error) as call_error`;
}

function escalateStatement(
  { id, tenantId, userId, purpose }: Pick<Verification, 'id' | 'tenantId' | 'userId' | 'purpose'>,
  cause: Cause,
  call: CallInstead,
  now: Date,
): Sql {
  const { challenge, challengeDigits, expiresAt, policyVersion, lineNumber, slot } = call;
  const open = openNumber(call);
  const isOpen = sql`exists (select from verification o where o.open_number is not null and o.id <> v.id
    and (o.tenant_id || ' ' || o.user_id || ' ' || o.open_number) = ${[tenantId, userId, open].join(' ')})`;
  const ended = cause.kind === 'asked' || cause.errorCode === null ? {} : { errorCode: cause.errorCode };
  return sql`
    with due as materialized (
      select v.*, ${isOpen} as is_open from verification v
      where ${isOfTenant({ id, tenantId })} and v.channel = 'sms' and v.attempts > 0 and v.sign_in is null
        and v.wrong_keys = 0
        and v.expires_at > ${now} and ${isStillEntitled(now)} and ${mayEscalate(cause)}
      for no key update of v),
    admitted as materialized (
      select a.* from due cross join lateral admit_request(due.tenant_id, null, ${JSON.stringify(call.counters)}::jsonb,
        ${lineNumber}, ${interval(slot.intervalMs)}, ${slot.furthest}, ${now},
        ${JSON.stringify(call.phoneHashes)}::jsonb, ${purpose !== 'signIn'}) a where not due.is_open),
    archived as (
      update call_attempt a set ${KEEP_CALL}
      from (select attempt_id, status_sequence, round, prompt, wrong_keys, silences, answered_by, rang_at, answered_at, ended_at,
          ${ofText(cause)} from due, admitted where refused is null) o where a.id = o.attempt_id),
    v as (
      update verification v set channel = 'call', state = 'queued', live = false, escalated_at = ${now},
        challenge = ${challenge}, challenge_digits = ${challengeDigits}, open_number = ${open},
        policy_version = ${policyVersion}::int, expires_at = ${expiresAt}, line_number = ${lineNumber},
        slot_at = place, wake_at = coalesce(place, ${now}::timestamptz),
        attempt_id = null, call_id = null, call_status = null, call_error = null, status_sequence = -1, wrong_keys = 0,
        dialed_at = null, rang_at = null, answered_at = null, ended_at = null,
        events = v.events || ${story(now, { type: 'escalated', ...ended }, { type: 'queued', instead: true })}::jsonb
      from due, admitted, date_trunc('milliseconds', admitted.slot_at) place
      where v.id = due.id and admitted.refused is null returning v.*)
    select ${ALL_COLUMNS}, due.is_open as "isOpen", admitted.refused, admitted.until, admitted.crossed
    from due left join admitted on true left join v on true`;
}

function readEscalation([row]: Row[]): Escalation {
  if (!row) return { kind: 'gone' };
  const { isOpen, refused, until, crossed, ...verification } = row;
  if (isOpen) return { kind: 'open' };
  if (refused === null)
    return verification.id === null ? { kind: 'gone' } : { kind: 'escalated', verification, crossed };
  if (refused === 'suppressed' || until === null) return { kind: 'suppressed' };
  return refused === 'line' || refused === 'paused'
    ? { kind: refused, until }
    : { kind: 'full', counter: refused, until };
}
