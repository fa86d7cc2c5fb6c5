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
      return changed(sql`
        with attempt as (
          update call_attempt set round = round + 1, wrong_keys = wrong_keys + 1,
            prompt = case when wrong_keys + 1 >= ${limit} then 'too-many-wrong-keys' else 'wrong-key' end
          where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)}
            and ${openVerification(answer.attemptId)}
          returning id, verification_id, wrong_keys),
        decided as (
          update verification set state = 'decided', outcome = 'wrongDigits', decided_at = ${now}, wake_at = ${now}
          from attempt where verification.id = attempt.verification_id and attempt.wrong_keys >= ${limit}
            and verification.attempt_id = attempt.id and verification.state in ${ON_CALL})
        select id from attempt`);
    },

    /** No key in time: repeats the prompt, or with the `limit`-th silence → decided as noInput. */
    silence(answer: Answered, limit: number, now: Date): Promise<boolean> {
      return changed(sql`
        with attempt as (
          update call_attempt set round = round + 1, silences = silences + 1,
            prompt = case when silences + 1 >= ${limit} then 'too-much-silence' else 'silence' end
          where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)}
            and ${openVerification(answer.attemptId)}
          returning id, verification_id, silences),
        decided as (
          update verification set state = 'decided', outcome = 'noInput', decided_at = ${now}, wake_at = ${now}
          from attempt where verification.id = attempt.verification_id and attempt.silences >= ${limit}
            and verification.attempt_id = attempt.id and verification.state in ${ON_CALL})
        select id from attempt`);
    },
  };
}
