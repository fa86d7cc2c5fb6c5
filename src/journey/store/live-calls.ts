import sql, { raw, type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Sender } from '../../providers/port.ts';
import { gatherWebhooks } from './gather-webhooks.ts';
import { COMMIT_LATER, isFrom, LIVE_COLUMNS, type LiveCall, ON_CALL, story, whileCounting } from './rows.ts';

/** The call that a webhook is about. */
export interface CallSide {
  attemptId: string;
  callId: string;
  sender: Sender;
}

/** The guarded updates behind webhooks that carry no answer. Null: this webhook was not the first to say so. */
export type LiveCallStore = ReturnType<typeof createLiveCallStore>;

/** A call that was answered, and when it is to be looked at again. */
interface Answer extends CallSide {
  now: Date;
  wakeAt: Date;
}

/** A condition on the verification `v`: nobody has picked up yet, as far as is known. */
const IS_UNANSWERED = raw(
  "((v.ended_at is null or v.call_id is null) and v.state in ('queued', 'dialing', 'ringing'))",
);

/** What the answer to a call sets. @param events JSON text */
function answered(now: Sql, wakeAt: Sql, events: Sql): Sql {
  return sql`state = 'answered', live = true, wake_at = ${wakeAt}, answered_at = coalesce(v.answered_at, ${now}),
    ended_at = null, call_error = null, events = v.events || ${events}::jsonb`;
}

const storyOf = ({ attemptId, now }: { attemptId: string; now: Date }) =>
  story(now, { type: 'answered', attemptId });

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
    answered: gatherWebhooks<Answer>(
      run,
      ({ attemptId, callId, sender, now, wakeAt }) =>
        one(sql`
          update verification v set ${answered(sql`${now}`, sql`${wakeAt}`, sql`${storyOf({ attemptId, now })}`)},
            call_id = coalesce(v.call_id, ${callId})
          ${whileCounting(attemptId)}
            and coalesce(v.call_id, ${callId}) = ${callId} and ${IS_UNANSWERED} and ${isFrom(sender)} and ${COMMIT_LATER}
          returning ${LIVE_COLUMNS}, true as current`),
      () => ({
        set: answered(raw('t.now'), raw('t.wake_at'), raw('t.story')),
        guard: sql`${IS_UNANSWERED} and ${COMMIT_LATER}`,
        record: ({ attemptId, now, wakeAt }) => ({
          now,
          wake_at: wakeAt,
          story: storyOf({ attemptId, now }),
        }),
        columns: raw('now timestamptz, wake_at timestamptz, story text'),
      }),
    ),

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
