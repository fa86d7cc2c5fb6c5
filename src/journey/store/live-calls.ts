import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Sender } from '../../providers/port.ts';
import { COMMIT_LATER, isFrom, LIVE_COLUMNS, type LiveCall, ON_CALL, story, whileCounting } from './rows.ts';

/** The call that a webhook is about. */
export interface CallSide {
  attemptId: string;
  callId: string;
  sender: Sender;
}

/** The guarded updates behind webhooks that carry no answer. Null: this webhook was not the first to say so. */
export type LiveCallStore = ReturnType<typeof createLiveCallStore>;

/** @param run runs a statement on the registry */
export function createLiveCallStore(run: RunStatement) {
  const one = async (statement: Sql) => (await run<LiveCall>(statement))[0] ?? null;
  return {
    /** The call of an attempt, or null when there is none of the sender. */
    read: (attemptId: string, sender: Sender) =>
      one(sql`
        select ${LIVE_COLUMNS}, v.attempt_id is not distinct from a.id as current
        from call_attempt a join verification v on v.id = a.verification_id where a.id = ${attemptId}
          and ${isFrom(sender)}`),

    /** Somebody picked up: notes the call, and `dialing` or `ringing` → `answered`; `queued` too, if the call was thought not to be. */
    answered: ({ attemptId, callId, sender }: CallSide, now: Date, wakeAt: Date) =>
      one(sql`
        update verification v set state = 'answered', live = true, wake_at = ${wakeAt},
          call_id = coalesce(v.call_id, ${callId}), answered_at = coalesce(v.answered_at, ${now}), ended_at = null,
          call_error = null, events = v.events || ${story(now, { type: 'answered', attemptId })}::jsonb
        ${whileCounting(attemptId)}
          and coalesce(v.call_id, ${callId}) = ${callId} and (v.ended_at is null or v.call_id is null)
          and v.state in ('queued', 'dialing', 'ringing') and ${isFrom(sender)} and ${COMMIT_LATER}
        returning ${LIVE_COLUMNS}, true as current`),

    /** Machine detection heard a machine, and no key has been recorded: → decided as voicemail. */
    machineAnswered: ({ attemptId, callId, sender }: CallSide, answeredBy: string, now: Date) =>
      one(sql`
        update verification v set state = 'decided', outcome = 'voicemail', decided_at = ${now}, wake_at = ${now},
          call_id = coalesce(v.call_id, ${callId}), answered_by = ${answeredBy},
          events = v.events || ${story(now, { type: 'decided', outcome: 'voicemail', attemptId })}::jsonb
        ${whileCounting(attemptId)}
          and coalesce(v.call_id, ${callId}) = ${callId} and v.round = 1 + v.silences and v.state in ${ON_CALL} and ${isFrom(sender)}
        returning ${LIVE_COLUMNS}, true as current`),
  };
}
