import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Registry } from '../../registry/schema.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge } from '../states.ts';
import { changesIn, ON_CALL, openVerification, sameCall } from './live-call-guards.ts';

/** Which answer of the person to which question: the same pair again is the same webhook again. */
export interface Answered {
  attemptId: string;
  callId: string;
  /** The round of the document that asked. */
  round: number;
}

/** Answers of which there may be several: where they are counted, and the prompts and the outcome they lead to. */
interface CountedAnswer {
  column: RawBuilder<unknown>;
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

/** The guarded updates behind what a person presses. */
export type AnswerStore = ReturnType<typeof createAnswerStore>;

/**
 * What a person's answer does to a call. Each statement is guarded by the round of the question and locks the attempt
 * before the verification. `true`: this webhook was the first to say so.
 * @param db the registry
 */
export function createAnswerStore(db: Kysely<Registry>) {
  const changed = changesIn(db);
  /** An answer that ends the call: → decided. */
  const decide = (
    answer: Answered,
    ending: { outcome: Outcome; prompt: string; asked: RawBuilder<unknown> },
    guard: RawBuilder<unknown>,
    now: Date,
  ) =>
    changed(sql`
      with attempt as (
        select id, verification_id from call_attempt
        where id = ${answer.attemptId} and round = ${answer.round} and ${ending.asked} and ${sameCall(answer.callId)}
        for update),
      decided as (
        update verification set state = 'decided', outcome = ${ending.outcome}, decided_at = ${now}, wake_at = ${now}
        from attempt where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and verification.state in ${ON_CALL} and ${guard}
        returning verification.id)
      update call_attempt set prompt = ${ending.prompt}, round = round + 1,
        call_id = coalesce(call_id, ${answer.callId}), answered_at = coalesce(answered_at, ${now})
      from decided where call_attempt.id = ${answer.attemptId}
      returning call_attempt.id`);
  /** An answer that does not end the call unless it is the `limit`-th of its kind: then → decided. */
  const count = (answer: Answered, kind: CountedAnswer, limit: number, now: Date) =>
    changed(sql`
      with attempt as (
        update call_attempt set round = round + 1, ${kind.column} = ${kind.column} + 1,
          prompt = case when ${kind.column} + 1 >= ${limit} then ${kind.enough} else ${kind.again} end
        where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)}
          and ${openVerification(answer.attemptId)}
        returning id, verification_id, ${kind.column} as counted),
      decided as (
        update verification set state = 'decided', outcome = ${kind.outcome}, decided_at = ${now}, wake_at = ${now}
        from attempt where verification.id = attempt.verification_id and attempt.counted >= ${limit}
          and verification.attempt_id = attempt.id and verification.state in ${ON_CALL})
      select id from attempt`);

  return {
    /**
     * The right answer to the current question: → decided as approved.
     * @param right the challenge that was answered, and for number matching the digits
     */
    approve(
      answer: Answered,
      right: { challenge: Challenge; digits: string | null },
      now: Date,
    ): Promise<boolean> {
      return decide(
        answer,
        { outcome: 'approved', prompt: 'approved', asked: sql`prompt <> 'report-fraud'` },
        sql`challenge = ${right.challenge} and challenge_digits is not distinct from ${right.digits}`,
        now,
      );
    },

    /** `#` in answer to whether the call is fraud: → decided as fraudReported. */
    reportFraud(answer: Answered, now: Date): Promise<boolean> {
      return decide(
        answer,
        { outcome: 'fraudReported', prompt: 'fraud-reported', asked: sql`prompt = 'report-fraud'` },
        sql`true`,
        now,
      );
    },

    /** Goes on with another question, and counts nothing: to the report of fraud, or back from it. */
    turnTo(answer: Answered, prompt: 'report-fraud' | 'ask'): Promise<boolean> {
      return changed(sql`
        update call_attempt set round = round + 1, prompt = ${prompt}
        where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)}
          and ${openVerification(answer.attemptId)}
        returning id`);
    },

    /** A wrong answer: asks again, or with the `limit`-th one → decided as wrongDigits. */
    wrongKey(answer: Answered, limit: number, now: Date): Promise<boolean> {
      return count(answer, WRONG_KEY, limit, now);
    },

    /** No key in time: repeats the prompt, or with the `limit`-th silence → decided as noInput. */
    silence(answer: Answered, limit: number, now: Date): Promise<boolean> {
      return count(answer, SILENCE, limit, now);
    },
  };
}
