import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Sender } from '../../providers/port.ts';
import type { TextProgress } from '../../providers/text-port.ts';
import { gatherNotes, IS_FROM_TELLER, tellerOf } from './gather-notes.ts';
import {
  COMMIT_LATER,
  DECIDED_COLUMNS,
  type Decided,
  eventAt,
  HAS_EARLIER_TEXT,
  type Verification,
} from './rows.ts';

/** What the provider told about the text of an attempt: that it took it, or how far it has come. */
interface TextNote {
  attemptId: string;
  textId: string;
  /** Null: the provider has just taken the text. */
  progress: Omit<TextProgress, 'textId' | 'alarm'> | null;
  /** Who told it by a webhook; null: the provider's answer to a request of ours. */
  sender: Sender | null;
  at: Date;
}

/** What a note left. */
type Noted = Decided & Pick<Verification, 'state' | 'wakeAt'>;

/** Notes what the provider told. Null: too late to count, about another text, or the attempt does not count any more. */
export type NoteText = (note: TextNote) => Promise<Noted | null>;

/** How far texts come, in order: what is told late changes nothing. */
const RANK = {
  queued: 0,
  sending: 1,
  sent: 2,
  delivered: 3,
  undelivered: 3,
  failed: 3,
  canceled: 3,
} as const;

/**
 * Notes of several texts go together in one statement. A text that was taken or is on its way: `sending` → `sent` until the
 * code expires. One that failed → decided, unless an earlier text of the same verification was taken: the person may have
 * its code. Of a sign-in by number a failure must not be told. The name of a text is kept whatever the state is.
 */
export function createNoteText(run: RunStatement): NoteText {
  return gatherNotes(run, noteStatement);
}

/** Locks, stale rows and the commit are as in the notes of calls: what fails is decided once the row is locked, and stays so. */
function noteStatement(notes: TextNote[]) {
  return sql`
    with told as materialized (
      select t.* from jsonb_to_recordset(${JSON.stringify(notes.map(asRow))}::jsonb) as t(place int, attempt_id uuid,
        text_id text, status text, rank int, outcome text, error_code text, told_at timestamptz, sent_to text, lines jsonb,
        sent jsonb, decided jsonb)),
    locked as materialized (
      select t.*, v.id, t.outcome is not null and v.state in ('sending', 'sent') and v.sign_in is null
        and not ${HAS_EARLIER_TEXT} as fails
      from told t join call_attempt a on a.id = t.attempt_id
        join verification v on v.id = a.verification_id and v.attempt_id = a.id
      where ${IS_FROM_TELLER}
      order by v.id for no key update of v)
    update verification v set call_id = coalesce(v.call_id, l.text_id), rang_at = coalesce(v.rang_at, l.told_at),
      call_status = coalesce(l.status, v.call_status), status_sequence = greatest(v.status_sequence, l.rank),
      answered_at = case when l.status = 'delivered' then l.told_at else v.answered_at end,
      call_error = coalesce(l.error_code, v.call_error),
      state = case when l.fails then 'decided' when v.state = 'sending' then 'sent' else v.state end,
      outcome = case when l.fails then l.outcome else v.outcome end,
      error_code = case when l.fails then l.error_code else v.error_code end,
      live = v.live or l.fails, decided_at = case when l.fails then l.told_at else v.decided_at end,
      wake_at = case when l.fails then l.told_at when v.state = 'sending' then v.expires_at else v.wake_at end,
      events = case when l.fails then v.events || l.decided when v.state = 'sending' then v.events || l.sent else v.events end
    from locked l where v.id = l.id and v.attempt_id = l.attempt_id and coalesce(v.call_id, l.text_id) = l.text_id
      and (l.status is null or (v.channel = 'sms' and v.status_sequence < l.rank)) and ${COMMIT_LATER}
    returning ${DECIDED_COLUMNS}, v.state, v.wake_at, l.place`;
}

function asRow({ attemptId, textId, progress, sender, at }: TextNote, place: number) {
  const { status = null, outcome = null, errorCode = null } = progress ?? {};
  const why = errorCode === null ? {} : { errorCode };
  return {
    ...{ place, attempt_id: attemptId, text_id: textId, told_at: at },
    ...tellerOf(sender),
    ...{ status, outcome, error_code: errorCode, rank: status === null ? -1 : RANK[status] },
    sent: eventAt(at, { type: 'sent', attemptId }),
    decided: outcome === null ? null : eventAt(at, { type: 'decided', attemptId, outcome, ...why }),
  };
}
