import sql, { empty, type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createGatherWhileBusy } from '../../platform/gather-while-busy.ts';
import type { Outcome } from '../outcomes.ts';
import {
  ALL_COLUMNS,
  HAS_EARLIER_TEXT,
  IN_DOUBT,
  isOfTenant,
  story,
  UNDECIDED,
  type Verification,
} from './rows.ts';
import { MOST_TOGETHER, nothingDone } from './together.ts';

/** A decision: what ended the verification, and the provider's error code if it has one. */
export interface Decision {
  outcome: Outcome;
  errorCode?: string | null;
}

/** What a registration needs when it is completed. */
export interface Need {
  /** A condition on the verification `v`. */
  isMet: Sql;
  /** Of the outcome `blocked`, where it is not met. */
  errorCode: string;
}

/** Reads and guarded updates of verifications. An update returns null when somebody was there first. */
export type VerificationStore = ReturnType<typeof createVerificationStore>;

/** @param run runs a statement on the registry */
export function createVerificationStore(run: RunStatement) {
  const one = async (statement: Sql) => (await run<Verification>(statement))[0] ?? null;
  const [read, change] = [reads(run, one), changes(one)];
  return { ...read, ...change };
}

type One = (statement: Sql) => Promise<Verification | null>;

/** Where one is slow, another need not wait for it; but where all are slow, they must not take all connections. */
const READS = { atOnce: 2, mostAtOnce: 4 };

function reads(run: RunStatement, one: One) {
  return {
    byIdempotencyKey: (tenantId: string, idempotencyKey: string): Promise<Verification | null> =>
      one(sql`select ${ALL_COLUMNS} from verification v
        where v.tenant_id = ${tenantId} and v.idempotency_key = ${idempotencyKey}`),

    /** The verification of a user that is not finished, of a number (E.164) or with an answer to guess. */
    async openId({
      tenantId,
      userId,
      phoneNumber,
    }: Pick<Verification, 'tenantId' | 'userId' | 'phoneNumber'>) {
      const [row] = await run<{ id: string }>(sql`select v.id from verification v
        where v.tenant_id = ${tenantId} and v.user_id = ${userId}
          and v.open_number in (${phoneNumber}, 'numberMatch', 'pin', 'code') order by v.id desc`);
      return row?.id ?? null;
    },

    /** The verification of this id. Those that are asked for while others are read are read in one statement. */
    read: createGatherWhileBusy<string, Verification | null>({
      one: (id) => one(sql`select ${ALL_COLUMNS} from verification v where v.id = ${id}`),
      many: (ids) =>
        run<Verification>(
          sql`select ${ALL_COLUMNS} from verification v where v.id = any(${ids}::uuid[])`,
        ).then(
          (rows) => ids.map((id) => rows.find((row) => row.id === id.toLowerCase()) ?? null),
          nothingDone,
        ),
      most: MOST_TOGETHER,
      ...READS,
    }),

    /**
     * Verifications in the queue that should have been looked at before `before`, in the order in which they were
     * requested, after the given place in that order.
     */
    overdue(before: Date, after: { createdAt: Date; id: string } | null, limit: number) {
      const from = after ? sql`and (v.created_at, v.id) > (${after.createdAt}, ${after.id}::uuid)` : empty;
      return run<Pick<Verification, 'id' | 'state' | 'createdAt' | 'expiresAt'>>(sql`
        select v.id, v.state, v.created_at, v.expires_at from verification v
        where v.open and not v.live and v.wake_at < ${before} ${from}
        order by v.created_at, v.id limit ${limit}`);
    },

    /** Verifications that are on a call, or decided, and that should have been looked at before `before`. */
    dueLive: (before: Date, limit: number) =>
      run<Pick<Verification, 'id' | 'state'>>(sql`
        select v.id, v.state from verification v where v.live and v.wake_at <= ${before}
        order by v.wake_at limit ${limit}`),

    /**
     * How many verifications are on a call now, or decided and not finished.
     * @param calledBefore only those that were called before then
     */
    async countLive(calledBefore?: Date): Promise<number> {
      const only = calledBefore ? sql`and v.dialed_at < ${calledBefore}` : empty;
      const rows = await run<{ count: number }>(
        sql`select count(*) from verification v where v.live ${only}`,
      );
      return rows[0]?.count ?? 0;
    },
  };
}

function changes(one: One) {
  const decided = (decision: Decision, now: Date) => sql`
    update verification v set state = 'decided', live = true, outcome = ${decision.outcome},
      error_code = ${decision.errorCode ?? null}, decided_at = ${now}, wake_at = ${now},
      events = v.events || ${story(now, { type: 'decided', ...known(decision) })}::jsonb`;
  return {
    /** Open → decided. With `attemptId`, only while that attempt counts and its call was not given up for another one. */
    decide(id: string, decision: Decision, now: Date, attemptId?: string): Promise<Verification | null> {
      const attempt =
        attemptId === undefined ? empty : sql`and v.attempt_id = ${attemptId} and v.state <> 'queued'`;
      return one(sql`${decided(decision, now)}
        where v.id = ${id} and v.state in ${UNDECIDED} ${attempt}
        returning ${ALL_COLUMNS}`);
    },

    /** Approved, but a need of its registration is not met any more → decided as blocked. Null: it is met, or somebody was here first. */
    refuseApproved(id: string, { isMet, errorCode }: Need, now: Date): Promise<Verification | null> {
      return one(sql`${decided({ outcome: 'blocked', errorCode }, now)}
        where v.id = ${id} and v.state = 'decided' and v.outcome = 'approved'
          and (v.purpose = 'register' or v.sign_in is not null) and not (${isMet}) returning ${ALL_COLUMNS}`);
    },

    /** Still `dialing` or `sending` with this attempt, and no webhook has told of its call or text, nor was another text taken → decided as providerError. */
    giveUp(id: string, attemptId: string, errorCode: string, now: Date): Promise<Verification | null> {
      return one(sql`${decided({ outcome: 'providerError', errorCode }, now)}
        where v.id = ${id} and v.state in ${IN_DOUBT} and v.attempt_id = ${attemptId} and v.sign_in is null
          and not ${HAS_EARLIER_TEXT}
        returning ${ALL_COLUMNS}`);
    },

    /**
     * Open → decided as canceled, for a tenant's own verification of a user, or sign-in by number. Null: not open, or not
     * the tenant's.
     */
    cancel(
      tenantId: string,
      id: string,
      now: Date,
      kind: 'ofUser' | 'byNumber' = 'ofUser',
    ): Promise<Verification | null> {
      const isKind =
        kind === 'ofUser'
          ? sql`v.sign_in is null and v.purpose <> 'deliver'`
          : sql`v.sign_in is not null and v.expires_at > ${now}`;
      return one(sql`${decided({ outcome: 'canceled' }, now)}
        where ${isOfTenant({ id, tenantId })} and ${isKind} and v.state in ${UNDECIDED}
        returning ${ALL_COLUMNS}`);
    },

    /**
     * Has a sign-in by number that is not decided go on as a decoy. What was told of it stays as it was: only the right
     * code is not right any more.
     */
    makeDecoy: (id: string, reason: string): Promise<Verification | null> =>
      one(sql`update verification v set decoy = coalesce(v.decoy, ${reason})
        where v.id = ${id} and v.sign_in is not null and v.state in ${UNDECIDED} returning ${ALL_COLUMNS}`),

    /** Says when a verification should be looked at again, unless it has changed since it was read. */
    lookAgain({ id, state, wakeAt }: Verification, next: Date): Promise<Verification | null> {
      return one(sql`update verification v set wake_at = ${next}
        where v.id = ${id} and v.state = ${state} and v.wake_at = ${wakeAt} returning ${ALL_COLUMNS}`);
    },

    /** Says when a live verification that could not be moved on should be looked at again. */
    lookLater: (id: string, next: Date): Promise<Verification | null> =>
      one(
        sql`update verification v set wake_at = ${next} where v.id = ${id} and v.live returning ${ALL_COLUMNS}`,
      ),

    /** Gives a verification that is to be dialed another place on its line, and nobody looks at it before. */
    assignSlot({ id, state, wakeAt, attemptId }: Verification, slotAt: Date): Promise<Verification | null> {
      return one(sql`update verification v set slot_at = ${slotAt}, wake_at = ${slotAt}
        where v.id = ${id} and v.state = ${state} and v.wake_at = ${wakeAt}
          and v.attempt_id is not distinct from ${attemptId}::uuid returning ${ALL_COLUMNS}`);
    },
  };
}

function known({ outcome, errorCode }: Decision) {
  return errorCode ? { outcome, errorCode } : { outcome };
}
