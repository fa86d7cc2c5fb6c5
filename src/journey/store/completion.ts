import sql, { join, type Sql } from 'sql-template-tag';
import type { User } from '../../domain/user.ts';
import type { RunStatement, RunWhenLocked } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import type { Outcome } from '../outcomes.ts';
import type { CompletionWrites } from '../ports.ts';
import { type Decided, story } from './rows.ts';

/** A verification that is to be finished, as its outcome was read. */
type Finishing = Pick<Decided, 'id' | 'outcome' | 'purpose' | 'phoneType' | keyof User>;

/**
 * What one feature writes when a verification finishes: `name as (insert …)`, which reads the finished row from `done`
 * and may read what was written before it by its name.
 */
export type CompletionWrite = Sql;

/** What was written: the message, if any, and the call as it is known now. */
type Finished = { message: unknown } & Pick<Decided, 'callId' | 'lineNumber' | 'endedAt'>;

/** `decided` → `finished`, with the message that was written, if any. Null: somebody was here first, or `only` does not
 * hold, a condition on the verification `v`. */
export type FinishVerification = (
  verification: Finishing,
  writes: CompletionWrite[],
  now: Date,
  only?: Sql,
) => Promise<Finished | null>;

/**
 * One statement, and so one transaction, ends the verification and writes what follows from it: never one without the
 * others, and never twice, since only one caller gets the row. Its phone is free for another call once its own has ended. An
 * alternate mobile needs a mobile beside it that nobody removes meanwhile: so the user's phones are locked before, in a transaction.
 */
export function createFinishVerification(
  { run, runWhenLocked }: { run: RunStatement; runWhenLocked: RunWhenLocked },
  { writtenMessage, lockPhones }: Pick<CompletionWrites, 'writtenMessage' | 'lockPhones'>,
): FinishVerification {
  const finish: FinishVerification = async (verification, writes, now, only = sql`true`) => {
    const { id, outcome, purpose } = verification;
    const event = story(now, finishedAs(outcome));
    const done = sql`
      update verification v set state = 'finished', ${finishes(now)}, events = v.events || ${event}::jsonb
      where v.id = ${id} and v.state = 'decided' and v.outcome = ${outcome} and v.purpose = ${purpose} and ${only}
      returning *`;
    const statement = sql`
      ${withWrites(done, writes)}
      select ${writtenMessage} as message, call_id, line_number, ended_at from done`;
    const [row] = needsMobile(verification)
      ? await runWhenLocked<Finished>(lockPhones(verification), statement)
      : await run<Finished>(statement);
    return row ?? null;
  };
  return async (...wanted) => {
    try {
      return await finish(...wanted);
    } catch (error) {
      // Another completion for the same user took the same place at the same time.
      if (takenConstraint(error) !== 'app_password_place') throw error;
      return finish(...wanted);
    }
  };
}

/** The beginning of a statement that finishes a verification, by the update `done`, and writes what follows from it. */
export function withWrites(done: Sql, writes: CompletionWrite[]): Sql {
  return sql`with ${join([sql`done as (${done})`, ...writes], ', ')}`;
}

/** What finishing sets beside the state. */
export function finishes(now: Date): Sql {
  return sql`finished_at = ${now}, open = false, live = false, open_number = null,
    called_phone = case when v.ended_at is null then v.called_phone end`;
}

/** The end, as an event of the story. */
export function finishedAs(outcome: Outcome | null) {
  return { type: 'finished', ...(outcome === null ? {} : { outcome }) };
}

/** Whether a mobile must be beside the phone that is registered. */
export function needsMobile({ outcome, purpose, phoneType }: Finishing): boolean {
  return outcome === 'approved' && purpose === 'register' && phoneType === 'alternateMobile';
}
