import sql, { raw, type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createBeginAttempt, phoneOf } from './begin-attempt.ts';
import { archive, createAttemptsOf } from './kept-calls.ts';
import {
  ALL_COLUMNS,
  HAS_EARLIER_TEXT,
  IN_DOUBT,
  ON_CALL,
  story,
  type Verification,
  whileCounting,
} from './rows.ts';

/** Guarded updates around placing a call. An update returns null when somebody was there first. */
export type AttemptStore = ReturnType<typeof createAttemptStore>;

/** @param run runs a statement on the registry */
export function createAttemptStore(run: RunStatement) {
  const one = async (statement: Sql) => (await run<Verification>(statement))[0] ?? null;
  return {
    ...createBeginAttempt(run),
    ...ending(one),
    ofVerification: createAttemptsOf(run),

    /**
     * Frees the phone of a verification that waits for it from a call of which nobody knows the end, if its verification was
     * finished before `before`.
     */
    async freePhone(verificationId: string, before: Date): Promise<void> {
      await run(sql`
        update verification v set called_phone = null from verification w where w.id = ${verificationId}
          and v.called_phone = ${phoneOf(raw('w'))} and v.state = 'finished' and v.finished_at < ${before}`);
    },

    /** Keeps the provider's name for a call of an attempt that does not count any more. */
    async nameLateCall(attemptId: string, callId: string): Promise<void> {
      await run(sql`update call_attempt set call_id = coalesce(call_id, ${callId}) where id = ${attemptId}`);
    },
  };
}

type One = (statement: Sql) => Promise<Verification | null>;

function ending(one: One) {
  return {
    /**
     * The provider said that nothing happened: ends the attempt, and `dialing` or `sending` → `queued` until `wakeAt`.
     * @param lineNumber the line of the next attempt, if it is another
     */
    postpone: (attemptId: string, errorCode: string, now: Date, wakeAt: Date, lineNumber?: string) =>
      one(sql`
        with v as (
          update verification v set state = 'queued', live = false, called_phone = null, wake_at = ${wakeAt}, slot_at = null,
            call_error = ${errorCode}, ended_at = ${now}, line_number = coalesce(${lineNumber ?? null}, v.line_number),
            events = v.events || ${story(now, { type: 'queued', attemptId })}::jsonb
          ${whileCounting(attemptId)}
            and v.state in ${IN_DOUBT} and v.call_id is null and v.ended_at is null
          returning v.*),
        archived as (
          update call_attempt a set error_code = v.call_error, ended_at = v.ended_at from v where a.id = v.attempt_id)
        select ${ALL_COLUMNS} from v`),

    /** The call ended and the policy wants another one: `ringing` or `answered` → `queued` until `wakeAt`, once. */
    redial: (attemptId: string, now: Date, wakeAt: Date) =>
      one(sql`
        with ${archive(sql`o.id = (select verification_id from call_attempt where id = ${attemptId})`)} v as (
          update verification v set state = 'queued', live = false, called_phone = null, wake_at = ${wakeAt}, slot_at = null,
            redials = 1,
            events = v.events || ${story(now, { type: 'queued', attemptId })}::jsonb
          ${whileCounting(attemptId)}
            and v.state in ('ringing', 'answered') and v.redials = 0
          returning v.*)
        select ${ALL_COLUMNS} from v`),

    /** The provider refused the call: notes why, and open → decided, unless there is what `noText` is for. */
    refuse: (attemptId: string, end: { outcome: string; errorCode: string }, now: Date) =>
      one(sql`
        update verification v set state = 'decided', outcome = ${end.outcome}, error_code = ${end.errorCode},
          call_error = ${end.errorCode}, ended_at = ${now}, decided_at = ${now}, wake_at = ${now},
          events = v.events || ${story(now, { type: 'decided', attemptId, ...end })}::jsonb
        ${whileCounting(attemptId)}
          and (v.state in ${ON_CALL} or v.state = 'sending') and v.sign_in is null and not ${HAS_EARLIER_TEXT}
        returning ${ALL_COLUMNS}`),

    /**
     * There is no text, for this reason, of a sign-in by number or after another text was taken: `sending` → `sent`. Whether
     * one came must not be told of the first, and the code of the second is valid; another text may be asked for.
     */
    noText: (attemptId: string, errorCode: string, now: Date) =>
      one(sql`
        update verification v set state = 'sent', call_error = ${errorCode}, ended_at = ${now}, wake_at = v.expires_at,
          events = v.events || ${story(now, { type: 'sent', attemptId, errorCode })}::jsonb
        ${whileCounting(attemptId)} and v.state = 'sending' and (v.sign_in is not null or ${HAS_EARLIER_TEXT})
        returning ${ALL_COLUMNS}`),

    /** The call was found to be over: notes its end, and when the verification is to be decided. */
    foundOver: (
      attemptId: string,
      call: { status: string; answeredBy: string | null },
      endedAt: Date,
      wakeAt: Date,
    ) =>
      one(sql`
        update verification v set ended_at = ${endedAt}, call_status = ${call.status},
          answered_by = coalesce(${call.answeredBy}, v.answered_by), wake_at = ${wakeAt}
        ${whileCounting(attemptId)}
          and v.ended_at is null and v.state in ('ringing', 'answered')
        returning ${ALL_COLUMNS}`),
  };
}
