import { type Kysely, sql } from 'kysely';
import type { Registry } from '../../registry/schema.ts';
import { createLostCallStore } from './lost-calls.ts';
import type { CallAttempt, Verification } from './rows.ts';

/** Reads and guarded updates around placing a call. An update returns false when somebody was there first. */
export type CallAttemptStore = ReturnType<typeof createCallAttemptStore>;

/** @param db the registry */
export function createCallAttemptStore(db: Kysely<Registry>) {
  return { ...dialing(db), ...ending(db), ...createLostCallStore(db) };
}

function dialing(db: Kysely<Registry>) {
  const read = async (attemptId: string): Promise<CallAttempt | null> => {
    const row = await db.selectFrom('callAttempt').selectAll().where('id', '=', attemptId).executeTakeFirst();
    return row ?? null;
  };
  return {
    read,

    /** The attempt that counts for a verification, or null before the first. */
    async ofVerification({ attemptId }: Verification): Promise<CallAttempt | null> {
      return attemptId === null ? null : read(attemptId);
    },

    /**
     * `queued`, or `dialing` with a lost call, → `dialing` with a new attempt, in one statement. Guarded by the
     * state and the attempt as read, so that two workers cannot both dial. Returns the attempt's number, or null.
     */
    async begin(
      verification: Verification,
      attempt: { id: string; lineNumber: string; startedAt: Date; wakeAt: Date },
    ): Promise<number | null> {
      const result = await sql<{ number: number }>`
        with claimed as (
          update verification set state = 'dialing', attempt_id = ${attempt.id}::uuid, wake_at = ${attempt.wakeAt}
          where id = ${verification.id} and state = ${verification.state} and state in ('queued', 'dialing')
            and attempt_id is not distinct from ${verification.attemptId}::uuid
          returning id)
        insert into call_attempt (id, verification_id, number, line_number, started_at)
        select ${attempt.id}::uuid, id, 1 + (select count(*) from call_attempt where verification_id = claimed.id),
          ${attempt.lineNumber}, ${attempt.startedAt}::timestamptz
        from claimed returning number`.execute(db);
      return result.rows[0]?.number ?? null;
    },

    /** The network took the call: notes its id, and `dialing` → `ringing`. The id is kept even if the state has moved on. */
    async accept(attemptId: string, callId: string, wakeAt: Date): Promise<boolean> {
      const result = await sql<{ id: string }>`
        with attempt as (
          update call_attempt set call_id = coalesce(call_id, ${callId}) where id = ${attemptId}
          returning id, verification_id)
        update verification set state = 'ringing', wake_at = ${wakeAt} from attempt
        where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and verification.state = 'dialing'
        returning verification.id`.execute(db);
      return result.rows.length > 0;
    },

    /** The network said that nothing happened: closes the attempt, and `dialing` → `queued` until `wakeAt`. */
    async postpone(attemptId: string, errorCode: string, now: Date, wakeAt: Date): Promise<boolean> {
      const result = await sql<{ id: string }>`
        with attempt as (
          update call_attempt set error_code = ${errorCode}, ended_at = ${now}
          where id = ${attemptId} and call_id is null and ended_at is null
          returning id, verification_id)
        update verification set state = 'queued', wake_at = ${wakeAt}, slot_at = null from attempt
        where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and verification.state = 'dialing'
        returning verification.id`.execute(db);
      return result.rows.length > 0;
    },
  };
}

function ending(db: Kysely<Registry>) {
  return {
    /** The call ended and the policy wants another one: `ringing` or `answered` → `queued` until `wakeAt`, once. */
    async redial(attemptId: string, wakeAt: Date): Promise<boolean> {
      const row = await db
        .updateTable('verification')
        .set({ state: 'queued', wakeAt, slotAt: null, redials: 1 })
        .where('attemptId', '=', attemptId)
        .where('state', 'in', ['ringing', 'answered'])
        .where('redials', '=', 0)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Closes an attempt that never became a call, or whose call was found to be over. */
    async close(attemptId: string, end: { status?: string; errorCode?: string }, now: Date): Promise<void> {
      await db
        .updateTable('callAttempt')
        .set({ endedAt: now, status: end.status ?? null, errorCode: end.errorCode ?? null })
        .where('id', '=', attemptId)
        .where('endedAt', 'is', null)
        .execute();
    },

    /** The call of an attempt was found to be over: notes its end, and when the verification is to be decided. */
    async foundOver(
      attemptId: string,
      call: { status: string; answeredBy: string | null },
      endedAt: Date,
      wakeAt: Date,
    ): Promise<void> {
      await sql`
        with attempt as (
          update call_attempt set ended_at = ${endedAt}, status = ${call.status},
            answered_by = coalesce(${call.answeredBy}, answered_by)
          where id = ${attemptId} and ended_at is null
          returning id, verification_id)
        update verification set wake_at = ${wakeAt} from attempt
        where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and verification.state in ('ringing', 'answered')`.execute(db);
    },
  };
}
