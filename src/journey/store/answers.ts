import { randomUUIDv7 } from 'node:crypto';
import sql, { empty, type Sql } from 'sql-template-tag';
import { maskNumber } from '../../domain/mask-number.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Prompt } from '../../providers/dialogue.ts';
import type { Outcome } from '../outcomes.ts';
import { type Answered, COMPLETED_WITHIN_S, changed, decided, decidedAs, prompted } from './answered.ts';
import { type EndReason, endLocked, lockOpen, lockWhere, WHEN_LOCKED } from './end-open.ts';
import { createApprove } from './right-answer.ts';
import { type LiveCall, story } from './rows.ts';
import { MAY_STOP_CALLS } from './unwanted-calls.ts';

/** Answers of which there may be several: where they are counted, and the prompts and the outcome they lead to. */
interface CountedAnswer {
  column: Sql;
  again: Prompt;
  enough: Prompt;
  outcome: Outcome;
}
const WRONG_KEY: CountedAnswer = {
  column: sql`wrong_keys`,
  again: 'wrong-key',
  enough: 'too-many-wrong-keys',
  outcome: 'wrongDigits',
};
const TURN_BACK: CountedAnswer = {
  column: sql`turns`,
  again: 'ask',
  enough: 'too-many-wrong-keys',
  outcome: 'wrongDigits',
};
const SILENCE: CountedAnswer = {
  column: sql`silences`,
  again: 'silence',
  enough: 'too-much-silence',
  outcome: 'noInput',
};
/** Before somebody else's message there is one question only, which is repeated as it is. */
const OF_MESSAGE = { again: 'ask-message' } as const;

/** The guarded updates behind what a person presses. */
export type AnswerStore = ReturnType<typeof createAnswerStore>;

/**
 * What a person's answer does to a call: one update of one row, guarded by the round of the question. Null: this
 * webhook was not the first to say so, or its question is no longer open.
 */
export function createAnswerStore(run: RunStatement) {
  const change = async (answer: Answered, set: Sql, guard: Sql) => {
    const [call] = await run<LiveCall>(changed(answer, set, guard));
    return call ?? null;
  };
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
    approve: createApprove(run),

    /**
     * `#` in answer to whether the call is fraud: → decided as fraudReported, and every other open verification of the
     * user → decided as blocked, since whoever requested this one may hold them.
     * @returns the call, and the ids of the others; null as said above
     */
    reportFraud: (answer: Answered, now: Date): Promise<EndedWithOthers | null> =>
      endWithOthers(run, answer, now, {
        lock: lockOpen(userOf(answer)),
        set: decided(answer, { outcome: 'fraudReported', prompt: 'fraud-reported' }, now),
        guard: sql`v.prompt in ('report-fraud', 'report-or-stop')`,
        reason: 'fraudReported',
      }),

    stopCalls: createStopCalls(run),

    /** Asks whether the call is fraud, or, if such calls came before, should be the last; counts nothing. */
    askFraud: (answer: Answered, now: Date) =>
      change(
        answer,
        sql`prompt = case when ${MAY_STOP_CALLS} then 'report-or-stop' else 'report-fraud' end,
          events = v.events || case when ${MAY_STOP_CALLS} then ${story(now, prompted(answer, 'report-or-stop'))}::jsonb
            else ${story(now, prompted(answer, 'report-fraud'))}::jsonb end`,
        sql`true`,
      ),

    /** Does not report the call after all: asks again, or with the `limit`-th time → decided as wrongDigits. */
    turnBack: (answer: Answered, limit: number, now: Date) => count(answer, TURN_BACK, limit, now),

    /** A wrong answer: asks again, or with the `limit`-th one → decided as wrongDigits. */
    wrongKey: (answer: Answered, limit: number, now: Date, isMessage = false) =>
      count(answer, isMessage ? { ...WRONG_KEY, ...OF_MESSAGE } : WRONG_KEY, limit, now),

    /** No key in time: repeats the prompt, or with the `limit`-th silence → decided as noInput. */
    silence: (answer: Answered, limit: number, now: Date, isMessage = false) =>
      count(answer, isMessage ? { ...SILENCE, ...OF_MESSAGE } : SILENCE, limit, now),

    /** Wants to hear somebody else's message, for the first time or once more. The end of the call decides. */
    hear: (answer: Answered, now: Date) =>
      change(
        answer,
        sql`prompt = 'message', events = v.events || ${story(now, prompted(answer, 'message'))}::jsonb`,
        sql`v.purpose = 'deliver'`,
      ),
  };
}

/**
 * `9` where it was offered: the phone goes onto the list of suppressed numbers, the call → decided as blocked, and so is
 * every verification that waits for a call to it.
 * @returns as reportFraud does
 */
function createStopCalls(run: RunStatement) {
  return async (answer: Answered, now: Date): Promise<EndedWithOthers | null> => {
    // A number never changes; it is read because only this process can mask it.
    const [phone] = await run<{ phoneNumber: string }>(sql`
      select v.phone_number from call_attempt a join verification v on v.id = a.verification_id
      where a.id = ${answer.attemptId}`);
    if (!phone) return null;
    const ending = { outcome: 'blocked', prompt: 'calls-stopped' } as const;
    return endWithOthers(run, answer, now, {
      lock: lockWhere(callsSamePhone(answer)),
      set: sql`error_code = 'numberSuppressed', ${decided(answer, ending, now)}`,
      guard: sql`v.prompt = 'report-or-stop'`,
      reason: 'numberSuppressed',
      also: sql`suppressed as (
        insert into suppressed_number (id, phone_hash, masked_number, tenant_id, verification_id, created_at)
        select ${randomUUIDv7()}::uuid, v.phone_hash, ${maskNumber(phone.phoneNumber)}::text, v.tenant_id, v.id,
          ${now}::timestamptz
        from verification v join own on own.id = v.id where v.phone_hash is not null
        on conflict (phone_hash) do nothing),`,
    });
  };
}

/** The call of an attempt, and what waits for a call to the same phone, or to an extension of its number. */
function callsSamePhone({ attemptId }: Answered): Sql {
  const own = sql`(select verification_id from call_attempt where id = ${attemptId})`;
  return sql`o.id = ${own} or o.state = 'queued' and o.purpose <> 'signIn' and exists (
    select from verification w where w.id = ${own} and o.phone_number = w.phone_number
      and (w.extension is null or o.phone_hash = w.phone_hash))`;
}

/** A call that was decided, and the ids of the other verifications that ended with it. */
interface EndedWithOthers {
  call: LiveCall;
  others: string[];
}

/** An answer that ends its call, `own`, and with it others of those that are locked. */
interface EndWithOthers {
  /** `locked`: the call and the others. */
  lock: Sql;
  /** What the answer sets, and when it counts. */
  set: Sql;
  guard: Sql;
  /** Why the others end. */
  reason: EndReason;
  /** A further part of the statement, which may read from `own`. */
  also?: Sql;
}

async function endWithOthers(
  run: RunStatement,
  answer: Answered,
  now: Date,
  { lock, set, guard, reason, also = empty }: EndWithOthers,
): Promise<EndedWithOthers | null> {
  const [row] = await run<LiveCall & { others: string[] }>(sql`
    with ${lock},
    own as (${changed(answer, set, sql`${guard} and ${WHEN_LOCKED}`)}),
    ${also}
    ${endLocked(reason, now, sql`exists (select from own) and v.id <> (select id from own)`)}
    select own.*, array(select id from ended) as others from own`);
  if (!row) return null;
  const { others, ...call } = row;
  return { call, others };
}

/** The user whose phone the call of an attempt rings. */
function userOf({ attemptId }: Answered) {
  const of = (column: Sql) =>
    sql`(select u.${column} from call_attempt c join verification u on u.id = c.verification_id where c.id = ${attemptId})`;
  return { tenantId: of(sql`tenant_id`), userId: of(sql`user_id`) };
}
