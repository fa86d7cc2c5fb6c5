import { type Kysely, sql } from 'kysely';
import type { Registry } from '../../registry/schema.ts';
import type { Outcome } from '../outcomes.ts';
import { LIVE } from '../states.ts';
import { asVerification, type Verification } from './rows.ts';

/** A new verification, before the registry has it. */
export type NewVerification = Omit<
  Verification,
  'state' | 'outcome' | 'errorCode' | 'attemptId' | 'decidedAt' | 'finishedAt' | 'redials'
>;

/** A decision: what ended the verification, and the phone network's error code if it has one. */
export interface Decision {
  outcome: Outcome;
  errorCode?: string | null;
}

/** Reads and guarded updates of verifications. An update returns false, or null, when somebody was there first. */
export type VerificationStore = ReturnType<typeof createVerificationStore>;

/** @param db the registry */
export function createVerificationStore(db: Kysely<Registry>) {
  return { ...rows(db), ...openRows(db), ...changes(db) };
}

function rows(db: Kysely<Registry>) {
  return {
    /** Writes a verification as `queued`, unless the tenant's idempotency key is taken: then null. */
    async insert(row: NewVerification): Promise<Verification | null> {
      const inserted = await db
        .insertInto('verification')
        .values({ ...row, state: 'queued' })
        .onConflict((conflict) => conflict.columns(['tenantId', 'idempotencyKey']).doNothing())
        .returningAll()
        .executeTakeFirst();
      return inserted ? asVerification(inserted) : null;
    },

    async byIdempotencyKey(tenantId: string, idempotencyKey: string): Promise<Verification | null> {
      const row = await db
        .selectFrom('verification')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('idempotencyKey', '=', idempotencyKey)
        .executeTakeFirst();
      return row ? asVerification(row) : null;
    },

    async read(id: string): Promise<Verification | null> {
      const row = await db.selectFrom('verification').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? asVerification(row) : null;
    },
  };
}

function openRows(db: Kysely<Registry>) {
  return {
    /** Verifications that should have been looked at before `before`, oldest first, after the given place in that order. */
    async overdue(before: Date, after: { wakeAt: Date; id: string } | null, limit: number) {
      return db
        .selectFrom('verification')
        .select(['id', 'state', 'wakeAt'])
        .where('state', '<>', 'finished')
        .where('wakeAt', '<', before)
        .$if(after !== null, (query) =>
          query.where(sql<boolean>`(wake_at, id) > (${after?.wakeAt}::timestamptz, ${after?.id}::uuid)`),
        )
        .orderBy('wakeAt')
        .orderBy('id')
        .limit(limit)
        .execute();
    },

    /** How many verifications are on a call now, or decided and not finished. */
    async countOnCall(): Promise<number> {
      const row = await db
        .selectFrom('verification')
        .select((build) => build.fn.countAll<number>().as('count'))
        .where('state', 'in', ['dialing', 'ringing', 'answered', 'decided'])
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

function changes(db: Kysely<Registry>) {
  return {
    /** Live → decided. With `attemptId`, only while that attempt counts. */
    async decide(id: string, decision: Decision, now: Date, attemptId?: string): Promise<boolean> {
      const row = await db
        .updateTable('verification')
        .set({
          state: 'decided',
          outcome: decision.outcome,
          errorCode: decision.errorCode ?? null,
          decidedAt: now,
          wakeAt: now,
        })
        .where('id', '=', id)
        .where('state', 'in', LIVE)
        .$if(attemptId !== undefined, (query) => query.where('attemptId', '=', attemptId ?? null))
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Live → decided as canceled, for a tenant's own verification. Null: not live, or not the tenant's. */
    async cancel(tenantId: string, id: string, now: Date): Promise<Verification | null> {
      const row = await db
        .updateTable('verification')
        .set({ state: 'decided', outcome: 'canceled', decidedAt: now, wakeAt: now })
        .where('id', '=', id)
        .where('tenantId', '=', tenantId)
        .where('state', 'in', LIVE)
        .returningAll()
        .executeTakeFirst();
      return row ? asVerification(row) : null;
    },

    /** Says when a verification on a call should be looked at again. */
    async lookAgain(verification: Verification, wakeAt: Date): Promise<void> {
      await db
        .updateTable('verification')
        .set({ wakeAt })
        .where('id', '=', verification.id)
        .where('state', '=', verification.state)
        .where('wakeAt', '=', verification.wakeAt)
        .execute();
    },
  };
}
