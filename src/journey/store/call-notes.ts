import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { type CallProgress, ENDED, type Sender } from '../../providers/port.ts';
import { gatherNotes, IS_FROM_TELLER, tellerOf } from './gather-notes.ts';
import { COMMIT_LATER, type LiveCall, ON_CALL } from './rows.ts';

/** What the provider told about the call of an attempt: that it took it, or how far it has come. */
interface CallNote {
  attemptId: string;
  callId: string;
  /** Null: the provider has just taken the call, or told who picked up. */
  progress: CallProgress | null;
  /** Who picked up, if that is what the provider told. */
  answeredBy?: string;
  /** Who told it by a webhook; left out: the provider's answer to a question of ours. */
  sender?: Sender;
  at: Date;
  /** When the verification is to be looked at if the note moves it on or ends its call. */
  wakeAt: Date;
}

/** What a note left. */
interface Noted extends Pick<LiveCall, 'id' | 'state' | 'wakeAt'> {
  /** Whether the state changed. */
  moved: boolean;
}

/** Notes what the provider told. Null: too old to count, about another call, or the attempt does not count any more. */
export type NoteCall = (note: CallNote) => Promise<Noted | null>;

/**
 * Notes of several calls go together in one statement. Callbacks come out of order: an older sequence number changes
 * nothing, except that an end always counts (some providers number every callback 0). Before the end, the state follows
 * forward only. A call's name is kept even if the state has moved on.
 */
export function createNoteCall(run: RunStatement): NoteCall {
  return gatherNotes(run, noteStatement);
}

/**
 * The rows are locked in the order of their ids, before their guards are looked at: two such statements can neither
 * deadlock nor see what is stale. After a wait the update makes a new row of what it first saw, checks that, and only then
 * finds the newer row: so a state that stays is not taken from `locked`, where it may be a later one. A lost note is told
 * again, or asked for, so its commit need not be waited for.
 */
function noteStatement(notes: CallNote[]) {
  return sql`
    with told as materialized (
      select t.* from jsonb_to_recordset(${JSON.stringify(notes.map(asRow))}::jsonb) as t(place int, attempt_id uuid,
        call_id text, status text, sequence int, answered_by text, ended boolean, told_at timestamptz, wake_at timestamptz, sent_to text, lines jsonb)),
    locked as materialized (
      select t.*, v.id, v.state as before,
        case when t.status is null and v.state = 'dialing' then 'ringing'
          when t.status is null then v.state
          when t.ended and v.state = 'dialing' then 'ringing'
          when t.ended then v.state
          when t.status = 'inProgress' and v.state in ('queued', 'dialing', 'ringing') then 'answered'
          when t.status <> 'inProgress' and v.state in ('queued', 'dialing') then 'ringing'
          else v.state end as after
      from told t join call_attempt a on a.id = t.attempt_id
        join verification v on v.id = a.verification_id and v.attempt_id = a.id
      where ${IS_FROM_TELLER}
      order by v.id for no key update of v),
    v as (
      update verification v set call_id = coalesce(v.call_id, l.call_id),
        call_status = coalesce(l.status, v.call_status),
        status_sequence = greatest(v.status_sequence, l.sequence),
        answered_by = coalesce(l.answered_by, v.answered_by),
        rang_at = case when l.status = 'ringing' then coalesce(v.rang_at, l.told_at) else v.rang_at end,
        answered_at = case when l.status = 'inProgress' then coalesce(v.answered_at, l.told_at) else v.answered_at end,
        ended_at = case when l.status is null then v.ended_at when l.ended then l.told_at end,
        called_phone = case when not l.ended or v.state <> 'finished' then v.called_phone end,
        state = case when l.after = l.before then v.state else l.after end, live = v.live or l.after <> l.before,
        wake_at = case when l.after <> l.before or (l.ended and v.state in ${ON_CALL}) then l.wake_at else v.wake_at end,
        events = case when l.after = l.before then v.events else v.events || jsonb_build_object('type', l.after,
          'at', to_char(l.told_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'attemptId', l.attempt_id) end
      from locked l where v.id = l.id and v.attempt_id = l.attempt_id and ${COMMIT_LATER}
        and ((l.status is null and (l.answered_by is null or coalesce(v.call_id, l.call_id) = l.call_id))
          or ((v.ended_at is null or v.call_id is null)
          and coalesce(v.call_id, l.call_id) = l.call_id and (l.ended or v.status_sequence < l.sequence)))
      returning v.id, v.state, v.wake_at, l.place, l.after <> l.before as moved)
    select * from v`;
}

function asRow({ attemptId, callId, progress, answeredBy, sender, at, wakeAt }: CallNote, place: number) {
  return {
    ...{ place, attempt_id: attemptId, call_id: callId, told_at: at, wake_at: wakeAt },
    ...tellerOf(sender),
    status: progress?.status ?? null,
    sequence: progress?.sequence ?? -1,
    answered_by: answeredBy ?? progress?.answeredBy ?? null,
    ended: progress !== null && ENDED.includes(progress.status),
  };
}
