import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Sender } from '../../providers/port.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge } from '../states.ts';
import { isFrom, LIVE_COLUMNS, type LiveCall, ON_CALL, story, whileCounting } from './rows.ts';

/** Which answer of the person to which question: the same pair again is the same webhook again. */
export interface Answered {
  attemptId: string;
  callId: string;
  /** The round of the document that asked. */
  round: number;
  sender: Sender;
}

/** Answers of which there may be several: where they are counted, and the prompts and the outcome they lead to. */
interface CountedAnswer {
  column: Sql;
  again: string;
  enough: string;
  outcome: Outcome;
}
const WRONG_KEY: CountedAnswer = {
  column: sql`wrong_keys`,
  again: 'wrong-key',
  enough: 'too-many-wrong-keys',
  outcome: 'wrongDigits',
};
const SILENCE: CountedAnswer = {
  column: sql`silences`,
  again: 'silence',
  enough: 'too-much-silence',
  outcome: 'noInput',
};

/** How long the process that recorded a decision has to complete it before others look, s. */
const COMPLETED_WITHIN_S = 5;

/** The guarded updates behind what a person presses. */
export type AnswerStore = ReturnType<typeof createAnswerStore>;

/**
 * What a person's answer does to a call: one update of one row, guarded by the round of the question. Null: this
 * webhook was not the first to say so, or its question is no longer open.
 */
export function createAnswerStore(run: RunStatement) {
  const change = async ({ attemptId, callId, round, sender }: Answered, set: Sql, guard: Sql) => {
    const [call] = await run<LiveCall>(sql`
      update verification v set round = v.round + 1, ${set}, call_id = coalesce(v.call_id, ${callId})
      ${whileCounting(attemptId)}
        and v.round = ${round} and coalesce(v.call_id, ${callId}) = ${callId} and v.state in ${ON_CALL} and ${guard} and ${isFrom(sender)}
      returning ${LIVE_COLUMNS}, true as current`);
    return call ?? null;
  };
  /** An answer that ends the call: → decided. */
  const decide = (answer: Answered, ending: { outcome: Outcome; prompt: string }, guard: Sql, now: Date) =>
    change(
      answer,
      sql`state = 'decided', outcome = ${ending.outcome}, prompt = ${ending.prompt}, decided_at = ${now},
        wake_at = ${now}::timestamptz + make_interval(secs => ${COMPLETED_WITHIN_S}),
        answered_at = coalesce(v.answered_at, ${now}), events = v.events || ${decidedAs(answer, ending, now)}::jsonb`,
      guard,
    );
  /** An answer that does not end the call unless it is the `limit`-th of its kind: then → decided. */
  const count = (answer: Answered, kind: CountedAnswer, limit: number, now: Date) => {
    const enough = sql`v.${kind.column} + 1 >= ${limit}::int`;
    const again = story(now, prompted(answer, kind.again));
    const ended = decidedAs(answer, { outcome: kind.outcome, prompt: kind.enough }, now);
    return change(
      answer,
      sql`${kind.column} = v.${kind.column} + 1,
        prompt = case when ${enough} then ${kind.enough} else ${kind.again} end,
        state = case when ${enough} then 'decided' else v.state end,
        outcome = case when ${enough} then ${kind.outcome} end,
        decided_at = case when ${enough} then ${now}::timestamptz end,
        wake_at = case when ${enough} then ${now}::timestamptz + make_interval(secs => ${COMPLETED_WITHIN_S})
          else v.wake_at end,
        events = v.events || case when ${enough} then ${ended}::jsonb else ${again}::jsonb end`,
      sql`true`,
    );
  };

  return {
    /**
     * The right answer to the current question: → decided as approved.
     * @param right the challenge that was answered, and for number matching the digits
     */
    approve: (answer: Answered, right: { challenge: Challenge; digits: string | null }, now: Date) =>
      decide(
        answer,
        { outcome: 'approved', prompt: 'approved' },
        sql`v.prompt <> 'report-fraud' and v.challenge = ${right.challenge}
          and v.challenge_digits is not distinct from ${right.digits}`,
        now,
      ),

    /** `#` in answer to whether the call is fraud: → decided as fraudReported. */
    reportFraud: (answer: Answered, now: Date) =>
      decide(
        answer,
        { outcome: 'fraudReported', prompt: 'fraud-reported' },
        sql`v.prompt = 'report-fraud'`,
        now,
      ),

    /** Goes on with another question, and counts nothing: to the report of fraud, or back from it. */
    turnTo: (answer: Answered, prompt: 'report-fraud' | 'ask', now: Date) =>
      change(
        answer,
        sql`prompt = ${prompt}, events = v.events || ${story(now, prompted(answer, prompt))}::jsonb`,
        sql`true`,
      ),

    /** A wrong answer: asks again, or with the `limit`-th one → decided as wrongDigits. */
    wrongKey: (answer: Answered, limit: number, now: Date) => count(answer, WRONG_KEY, limit, now),

    /** No key in time: repeats the prompt, or with the `limit`-th silence → decided as noInput. */
    silence: (answer: Answered, limit: number, now: Date) => count(answer, SILENCE, limit, now),
  };
}

const prompted = ({ attemptId }: Answered, prompt: string) => ({ type: 'prompt', prompt, attemptId });

function decidedAs(answer: Answered, { outcome, prompt }: { outcome: string; prompt: string }, now: Date) {
  return story(now, { type: 'decided', outcome, attemptId: answer.attemptId }, prompted(answer, prompt));
}
