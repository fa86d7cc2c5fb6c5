import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { User } from '../domain/user.ts';
import type { Clock } from '../platform/clock.ts';
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

/** Blocks in the registry. A change and its audit event are one statement. */
export function createBlocks({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
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

    /** Blocks a user, in place of a block there was. */
    async block(
      { tenantId, userId }: User,
      wanted: { reason: string; expiresAt: Date | null },
    ): Promise<Block> {
      const now = clock.now();
      const { reason, expiresAt } = wanted;
      await sql`
        with blocked as (
          insert into user_block (tenant_id, user_id, reason, created_at, expires_at)
          values (${tenantId}, ${userId}, ${reason}, ${now}, ${expiresAt})
          on conflict (tenant_id, user_id) do update
            set reason = excluded.reason, created_at = excluded.created_at, expires_at = excluded.expires_at
          returning *)
        insert into audit_event (id, tenant_id, user_id, type, data, at)
        select ${randomUUID()}::uuid, tenant_id, user_id, 'user.blocked',
          jsonb_build_object('reason', reason, 'expiresAt', ${expiresAt?.toISOString() ?? null}::text), ${now}::timestamptz
        from blocked`.execute(db);
      return { reason, createdAt: now, expiresAt };
    },

    /** Ends a block. Returns whether there was one. */
    async unblock({ tenantId, userId }: User): Promise<boolean> {
      const now = clock.now();
      const ended = await sql<{ id: string }>`
        with ended as (
          delete from user_block where tenant_id = ${tenantId} and user_id = ${userId}
          returning *)
        insert into audit_event (id, tenant_id, user_id, type, data, at)
        select ${randomUUID()}::uuid, tenant_id, user_id, 'user.unblocked', jsonb_build_object('reason', reason),
          ${now}::timestamptz
        from ended returning id`.execute(db);
      return ended.rows.length > 0;
    },
  };
}
