import type { Kysely } from 'kysely';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';

/** Why and how long a user may not be verified. */
export interface Block {
  reason: string;
  createdAt: Date;
  /** Null: until the user is unblocked. */
  expiresAt: Date | null;
}

/** Who may not be verified. */
export type Blocks = ReturnType<typeof createBlocks>;

/** What blocks need from the journey: a user who is blocked is on no call any more. */
interface OpenVerifications {
  /** Parts of a statement: `ended` decides the user's open verifications and returns their ids. */
  end(user: { tenantId: Sql; userId: Sql }, now: Date): Sql;
  /** A condition for what else the statement writes: it waits for the rows that `ended` needs. */
  whenLocked: Sql;
  /** Called with those that were ended. */
  ended(verificationIds: string[]): void;
}

/** What blocks need. */
interface BlockDeps {
  db: Kysely<Registry>;
  run: RunStatement;
  clock: Clock;
  openVerifications: OpenVerifications;
}

/** Blocks in the registry. A change and its audit event are one statement. */
export function createBlocks({ db, run, clock, openVerifications }: BlockDeps) {
  /** The block that is in force, or null. */
  async function read({ tenantId, userId }: User): Promise<Block | null> {
    const block = await db
      .selectFrom('userBlock')
      .select(['reason', 'createdAt', 'expiresAt'])
      .where('tenantId', '=', tenantId)
      .where('userId', '=', userId)
      .where((either) => either.or([either('expiresAt', 'is', null), either('expiresAt', '>', clock.now())]))
      .executeTakeFirst();
    return block ?? null;
  }

  return {
    read,

    /** Blocks a user, in place of a block there was, and ends the user's open verifications. */
    async block(
      { tenantId, userId }: User,
      wanted: { reason: string; expiresAt: Date | null },
    ): Promise<Block> {
      const now = clock.now();
      const { reason, expiresAt } = wanted;
      const user = { tenantId: sql`${tenantId}`, userId: sql`${userId}` };
      const ended = await run<{ id: string }>(sql`
        with ${openVerifications.end(user, now)},
        blocked as (
          insert into user_block (tenant_id, user_id, reason, created_at, expires_at)
          select ${tenantId}::text, ${userId}::text, ${reason}::text, ${now}::timestamptz, ${expiresAt}::timestamptz
          where ${openVerifications.whenLocked}
          on conflict (tenant_id, user_id) do update
            set reason = excluded.reason, created_at = excluded.created_at, expires_at = excluded.expires_at
          returning *),
        ${auditEvents([blockedUntil(expiresAt)], now)}
        select id from ended`);
      openVerifications.ended(ended.map(({ id }) => id));
      return { reason, createdAt: now, expiresAt };
    },

    /**
     * Ends a block, and forgets failed challenges. Returns which of both there were. The block that ended stays: what was
     * proven before it counts no more.
     */
    async unblock({ tenantId, userId }: User): Promise<{ blocked: boolean; locked: boolean }> {
      const now = clock.now();
      const [found] = await run<{ blocked: boolean; locked: boolean }>(sql`
        with ended as (
          update user_block set expires_at = ${LONG_AGO} where tenant_id = ${tenantId} and user_id = ${userId}
            and (expires_at is null or expires_at > ${now})
          returning *),
        cleared as (
          delete from challenge_failure where tenant_id = ${tenantId} and user_id = ${userId}
          returning challenge),
        unlocked as (
          select ${tenantId}::text as tenant_id, ${userId}::text as user_id, jsonb_agg(challenge) as challenges
          from cleared having count(*) > 0),
        ${auditEvents([UNLOCKED, UNBLOCKED], now)}
        select exists (select from ended) as blocked, exists (select from cleared) as locked`);
      return found ?? { blocked: false, locked: false };
    },
  };
}

/** When a block that was ended by hand has ended: by the clock of every process, also one that is behind. */
const LONG_AGO = new Date(0);

const blockedUntil = (expiresAt: Date | null): AuditEvent => ({
  ...{ type: 'user.blocked', from: sql`blocked` },
  data: sql`jsonb_build_object('reason', reason, 'expiresAt', ${expiresAt?.toISOString() ?? null}::text,
    'verificationsEnded', (select count(*) from ended))`,
});
const UNLOCKED: AuditEvent = {
  ...{ type: 'challenge.unlocked', from: sql`unlocked` },
  data: sql`jsonb_build_object('challenges', challenges)`,
};
const UNBLOCKED: AuditEvent = {
  ...{ type: 'user.unblocked', from: sql`ended` },
  data: sql`jsonb_build_object('reason', reason)`,
};
