import sql, { type Sql } from 'sql-template-tag';
import type { Prompt } from '../../providers/dialogue.ts';
import type { Sender } from '../../providers/port.ts';
import type { Outcome } from '../outcomes.ts';
import { isFrom, LIVE_COLUMNS, ON_CALL, story, whileCounting } from './rows.ts';

/** Which answer of the person to which question: the same pair again is the same webhook again. */
export interface Answered {
  attemptId: string;
  callId: string;
  /** The round of the document that asked. */
  round: number;
  sender: Sender;
}

/** A call after an answer. */
export const ANSWERED_COLUMNS = sql`${LIVE_COLUMNS}, true as current`;

/** The update of one row that an answer makes. */
export function changed(
  { attemptId, callId, round, sender }: Answered,
  set: Sql,
  guard: Sql,
  returning = ANSWERED_COLUMNS,
): Sql {
  return sql`
      update verification v set round = v.round + 1, ${set}, call_id = coalesce(v.call_id, ${callId})
      ${whileCounting(attemptId)}
        and v.round = ${round} and coalesce(v.call_id, ${callId}) = ${callId} and v.state in ${ON_CALL} and ${guard} and ${isFrom(sender)}
      returning ${returning}`;
}

/** How an answer ends its call. */
interface Ending {
  outcome: Outcome;
  prompt: Prompt;
}

/** How long the process that recorded a decision has to complete it before others look, s. */
export const COMPLETED_WITHIN_S = 5;

/** What an answer that ends the call sets: → decided. */
export function decided(answer: Answered, ending: Ending, now: Date): Sql {
  return sql`state = 'decided', ${endsAs(ending, sql`${now}`, sql`${decidedAs(answer, ending, now)}`)}`;
}

/** What each answer that ends its call sets beside the state. @param events JSON text */
export function endsAs({ outcome, prompt }: Ending, now: Sql, events: Sql): Sql {
  return sql`outcome = ${outcome}, prompt = ${prompt}, decided_at = ${now},
        wake_at = ${now}::timestamptz + make_interval(secs => ${COMPLETED_WITHIN_S}),
        answered_at = coalesce(v.answered_at, ${now}), events = v.events || ${events}::jsonb`;
}

/** The prompt of an attempt, as an event of the story. */
export const prompted = ({ attemptId }: Answered, prompt: Prompt) => ({ type: 'prompt', prompt, attemptId });

/** What an answer that ends its call adds to the story, as JSON text; `after` is what follows in the same update. */
export function decidedAs(
  answer: Answered,
  { outcome, prompt }: Ending,
  now: Date,
  ...after: Parameters<typeof story>[1][]
): string {
  const { attemptId } = answer;
  return story(now, { type: 'decided', outcome, attemptId }, prompted(answer, prompt), ...after);
}
