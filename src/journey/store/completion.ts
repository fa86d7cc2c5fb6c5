import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { User } from '../../domain/user.ts';
import type { RunStatement, RunWhenLocked } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import type { Outcome } from '../outcomes.ts';
import type { CompletionWrites } from '../ports.ts';
import { type Decided, story, type Verification } from './rows.ts';

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

/**
 * The beginning of a statement that finishes a verification, by the update `done`, and writes what follows from it.
 * @param before what the update reads, `name as (select …)`
 */
function withWrites(done: Sql, writes: CompletionWrite[], before: Sql[] = []): Sql {
  return sql`with ${join([...before, sql`done as (${done})`, ...writes], ', ')}`;
}

/** What a verification is known to be before it is approved, and what is to be written if it still is so. */
export interface HowToFinish {
  verification: Pick<Decided, 'purpose' | 'policyNow'>;
  writes: CompletionWrite[];
  /** A condition on the verification `v`. */
  only?: Sql | undefined;
}

/** A verification that was finished, and the message that was written for its tenant, if any. */
export interface FinishedRow<Row> {
  row: Row;
  message: unknown;
}

/**
 * Completes a verification with its right answer, as far as it is known. Resolves to null where that cannot be done, or nobody knows whether
 * it was; the log says why. Where only the answer of the database was lost, it is looked up. Rejects as `then` does.
 * @param finish records the answer and finishes the verification in one statement; null: it is not as it was known to be
 * @param found makes of a verification that was looked up what `finish` would have given
 * @param then is done once it is finished, in the trace of its request
 */
export type CompleteAtOnce = <Row extends Decided>(
  known: Decided,
  now: Date,
  finish: (how: HowToFinish) => Promise<FinishedRow<Row> | null>,
  found: (verification: Verification) => Row,
  then: (row: Row, passOn: () => Promise<void>) => Promise<void> | void,
) => Promise<Row | null>;

/** Somebody waits for the answer, so a lock of somebody else is not waited for long. Lasts until the transaction ends. */
const LOCKED_BRIEFLY = raw("set_config('lock_timeout', '100ms', true) is not null");

/**
 * A condition on the verification `v`, which is approved and finished by the same update: it is what it is known to be. The statement fails
 * if a lock cannot be had within 100 ms.
 */
export function isAsKnown({ verification, only = sql`true` }: HowToFinish): Sql {
  return sql`${LOCKED_BRIEFLY} and v.purpose = ${verification.purpose} and v.sign_in is null
    and (select tenant.policy_version from tenant where tenant.id = v.tenant_id) = ${verification.policyNow} and ${only}`;
}

/**
 * Lets updates approve and finish a verification, and what follows from it be written by the same statement.
 * @returns runs such a statement: `done` is the update, `columns` what is returned of its row as `v`. Resolves to null where it found none
 */
export function createFinishAtOnce(
  run: RunStatement,
  { writtenMessage }: Pick<CompletionWrites, 'writtenMessage'>,
) {
  return async <Row extends object>(
    done: Sql,
    columns: Sql,
    writes: CompletionWrite[],
    before: Sql[] = [],
  ): Promise<FinishedRow<Row> | null> => {
    const [finished] = await run<Row & { message: unknown }>(sql`
      ${withWrites(done, writes, before)}
      select ${columns}, ${writtenMessage} as message from done v`);
    if (finished === undefined) return null;
    const { message, ...row } = finished;
    return { row: row as unknown as Row, message };
  };
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
