import sql, { raw } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { CompletionWrites } from '../ports.ts';
import { budgetOf, type CodeToCheck, makeUp, takesCode } from './code-checks.ts';
import {
  createFinishAtOnce,
  type FinishedRow,
  finishedAs,
  finishes,
  type HowToFinish,
  isAsKnown,
} from './completion.ts';
import { ALL_COLUMNS, isStillEntitled, story, type Verification } from './rows.ts';

/** Finishes a verification with its right code; null: that could not be done, and nothing was. */
export type FinishWithCode = (
  check: CodeToCheck,
  how: HowToFinish,
  now: Date,
) => Promise<FinishedRow<Verification> | null>;

/**
 * `sent` → `finished` with the right code, and what follows from it, in one statement, under the conditions of `createCheck`. Not for
 * sign-ins by number.
 * @throws what PostgreSQL says if the lock of a row cannot be had within 100 ms
 */
export function createFinishWithCode(
  run: RunStatement,
  written: Pick<CompletionWrites, 'writtenMessage'>,
): FinishWithCode {
  const finish = createFinishAtOnce(run, written);
  return (check, how, now) => {
    const { budget, key = null, madeUpFor = [] } = check;
    const events = story(now, { type: 'decided', outcome: 'approved' }, finishedAs('approved'));
    const done = sql`
      update verification v set state = 'finished', outcome = 'approved', decided_at = ${now}, check_key = ${key},
        events = v.events || ${events}::jsonb, ${finishes(now)}
      where ${takesCode(check, now)} and v.attempts > 0 and (select ok from budget) and ${isStillEntitled(now)}
        and ${isAsKnown(how)}
      returning v.*`;
    const madeUp = madeUpFor.length === 0 ? [] : [makeUp(madeUpFor, raw('done'), now)];
    return finish(done, ALL_COLUMNS, [...how.writes, ...madeUp], [budgetOf(budget, now)]);
  };
}
