/** Writing that is done in time or not at all: for what somebody else does, too, if there is no answer. */
import { type Kysely, sql } from 'kysely';
import type { Deadline } from '../deadline.ts';
import { TooLateError } from '../deadline.ts';
import { type RunStatement, runIn } from './run-statement.ts';

/**
 * Runs work in a transaction that is committed before the deadline or rolled back. Should only the answer to the commit come
 * late, `takeBack` undoes what was written.
 * @throws TooLateError when the deadline passes; what the work throws
 */
export type RunInTime = <Result>(
  deadline: Deadline,
  work: (run: RunStatement) => Promise<Result>,
  takeBack: () => Promise<void>,
) => Promise<Result>;

/** How long before the deadline the last statement must be through, ms: the commit comes after it. */
const FOR_COMMIT_MS = 250;

/**
 * The server keeps the time, too: a statement that this process has given up may still stand in its queue, and a commit may be
 * lost on the way. PostgreSQL, `statement_timeout` and `idle_in_transaction_session_timeout`; both end with the transaction.
 */
export function createRunInTime<Schema>(
  db: Kysely<Schema>,
  takeBackFailed: (error: unknown) => void,
): RunInTime {
  return async (deadline, work, takeBack) => {
    const writing = db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (session) => {
        const limit = String(Math.max(1, Math.floor(deadline.leftMs() - FOR_COMMIT_MS)));
        deadline.check();
        await sql`select set_config('statement_timeout', ${limit}, true),
          set_config('idle_in_transaction_session_timeout', ${limit}, true)`.execute(session);
        deadline.check();
        const result = await work(runIn(session));
        deadline.check();
        return result;
      });
    try {
      return await deadline.inTime(writing);
    } catch (error) {
      if (error instanceof TooLateError) void writing.then(takeBack).catch(ignoreLate(takeBackFailed));
      throw isCutOff(error) ? new TooLateError('the database was not done in time') : error;
    }
  };
}

/** That the transaction was rolled back is what was wanted. */
function ignoreLate(takeBackFailed: (error: unknown) => void) {
  return (error: unknown) => {
    if (!(error instanceof TooLateError) && !isCutOff(error)) takeBackFailed(error);
  };
}

/** PostgreSQL, error codes: the statement took too long, or the session did nothing for too long. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['57014', '25P03'].includes(String(error.code));
}
