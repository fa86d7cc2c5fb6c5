import sql, { raw, type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { CompletionWrites } from '../ports.ts';
import type { Challenge } from '../states.ts';
import { ANSWERED_COLUMNS, type Answered, changed, decided, decidedAs, endsAs } from './answered.ts';
import {
  createFinishAtOnce,
  type FinishedRow,
  finishedAs,
  finishes,
  type HowToFinish,
  isAsKnown,
} from './completion.ts';
import { createFinishOrDecide } from './finish-or-decide.ts';
import { gatherWebhooks } from './gather-webhooks.ts';
import { type Decided, isStillEntitled, type LiveCall, ON_CALL } from './rows.ts';

/** The challenge that was answered, and for number matching the digits. */
export interface RightAnswer extends Answered {
  challenge: Challenge;
  digits: string | null;
  now: Date;
}

/** Records a right answer and finishes its verification in one statement. Null: that could not be done. Never rejects. */
type Finish = () => Promise<LiveCall | null>;

/**
 * Completes a call with its right answer, as far as it is known. Null: that could not be done. Never rejects.
 * @param recorded hears of the answer before those who wait for the end do
 */
export type CompleteApproved = (
  answer: RightAnswer,
  known: Decided,
  recorded: (call: LiveCall) => void,
) => Promise<LiveCall | null>;

const APPROVED = { outcome: 'approved', prompt: 'approved' } as const;

/** A condition on the verification `v`: this is the right answer to the question that was asked, and the user may still give it. */
function isRight(challenge: Sql, digits: Sql, now: Date): Sql {
  return sql`v.prompt not in ('report-fraud', 'report-or-stop') and v.challenge = ${challenge}
    and v.challenge_digits is not distinct from ${digits} and ${isStillEntitled(now)}`;
}

const isRightAnswer = ({ challenge, digits, now }: RightAnswer) =>
  isRight(sql`${challenge}`, sql`${digits}`, now);

/**
 * The right answer to the current question: → decided as approved. Several at the same time are recorded in one statement;
 * one by itself is finished in the same statement where that can be done, since it saves a commit that the person waits for.
 * @returns records an answer, with how it is finished at once, if it may be; resolves to null as said of `createAnswerStore`
 */
export function createApprove(run: RunStatement) {
  const decide = async (answer: RightAnswer): Promise<LiveCall | null> => {
    const set = decided(answer, APPROVED, answer.now);
    const [call] = await run<LiveCall>(changed(answer, set, isRightAnswer(answer)));
    return call ?? null;
  };
  const finishOrDecide = createFinishOrDecide();
  const gathered = gatherWebhooks<RightAnswer & { finish: Finish | null }>(
    run,
    async ({ finish, ...answer }) => {
      if (!finish) return decide(answer);
      const { finished, decided: call } = await finishOrDecide(finish, () => decide(answer));
      return finished ?? call;
    },
    (answers) => ({
      set: sql`round = v.round + 1, state = 'decided', ${endsAs(APPROVED, raw('t.now'), raw('t.story'))}`,
      guard: sql`v.round = t.round and v.state in ${ON_CALL}
        and ${isRight(raw('t.challenge'), raw('t.digits'), answers.at(-1)?.now ?? new Date())}`,
      record: (answer) => {
        const { round, challenge, digits, now } = answer;
        return { round, challenge, digits, now, story: decidedAs(answer, APPROVED, now) };
      },
      columns: raw('round int, challenge text, digits text, now timestamptz, story text'),
    }),
  );
  return (answer: RightAnswer, finish: Finish | null = null) => gathered({ ...answer, finish });
}

/**
 * `answered` → `finished` with the right answer, and what follows from it, in one statement.
 * @throws what PostgreSQL says if a lock cannot be had within 100 ms
 */
export function createFinishApproved(run: RunStatement, written: Pick<CompletionWrites, 'writtenMessage'>) {
  const finish = createFinishAtOnce(run, written);
  return (answer: RightAnswer, how: HowToFinish): Promise<FinishedRow<LiveCall> | null> => {
    const { now } = answer;
    const events = decidedAs(answer, APPROVED, now, finishedAs(APPROVED.outcome));
    const set = sql`state = 'finished', ${endsAs(APPROVED, sql`${now}`, sql`${events}`)}, ${finishes(now)}`;
    const guard = sql`${isRightAnswer(answer)} and ${isAsKnown(how)}`;
    return finish(changed(answer, set, guard, sql`v.*`), ANSWERED_COLUMNS, how.writes);
  };
}
