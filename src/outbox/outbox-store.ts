import { type Kysely, sql } from 'kysely';
import type { Registry } from '../registry/schema.ts';

/** A message that was claimed to be delivered now, and where to; `url` and secrets are null without an endpoint. */
export interface ClaimedMessage {
  /** UUID; what receivers know the message by. */
  id: string;
  tenantId: string;
  verificationId: string | null;
  type: string;
  payload: Record<string, unknown>;
  createdAt: Date;
  resentAt: Date | null;
  /** This attempt included. */
  attempts: number;
  url: string | null;
  sealedSecret: string | null;
  previousSealedSecret: string | null;
  previousUntil: Date | null;
}

/** The statements of delivery. */
export type OutboxStore = ReturnType<typeof createOutboxStore>;

const WAITING = sql`delivered_at is null and dead_at is null`;

/** @param db the registry */
export function createOutboxStore(db: Kysely<Registry>) {
  return {
    /**
     * Claims due messages, each for one process: until `leaseUntil` nobody else gets them. A message waits for
     * earlier ones of its verification. No tenant gets more than `perTenant`, so that none holds up the others.
     * @param wanted.except tenants that get none this time
     */
    async claim(wanted: {
      now: Date;
      leaseUntil: Date;
      limit: number;
      perTenant: number;
      except: string[];
    }): Promise<ClaimedMessage[]> {
      const result = await sql<ClaimedMessage>`
        with due as (
          select d.id from tenant cross join lateral (
            select o.id, o.next_attempt_at from outbox o
            where o.tenant_id = tenant.id and o.delivered_at is null and o.dead_at is null
              and o.next_attempt_at <= ${wanted.now}
              and not exists (select from outbox e where e.verification_id = o.verification_id
                and e.sequence < o.sequence and e.delivered_at is null and e.dead_at is null)
            order by o.next_attempt_at, o.sequence limit ${wanted.perTenant}
            for update of o skip locked) d
          where tenant.id <> all(${wanted.except}::text[])
          order by d.next_attempt_at limit ${wanted.limit}),
        claimed as (
          update outbox set next_attempt_at = ${wanted.leaseUntil}, attempts = attempts + 1
          from due where outbox.id = due.id
          returning outbox.*)
        select c.id, c.tenant_id, c.verification_id, c.type, c.payload, c.created_at, c.resent_at, c.attempts,
          e.url, e.sealed_secret, e.previous_sealed_secret, e.previous_until
        from claimed c left join webhook_endpoint e on e.tenant_id = c.tenant_id
        order by c.sequence`.execute(db);
      return result.rows;
    },

    /** The receiver has it. Counts whenever it comes, also after the lease. */
    async delivered(id: string, now: Date): Promise<void> {
      await sql`update outbox set delivered_at = ${now}, dead_at = null, last_error = null
        where id = ${id} and delivered_at is null`.execute(db);
    },

    /** This attempt failed; the next one is due at `next`. Nothing when another attempt has begun since. */
    async failed(message: ClaimedMessage, reason: string, next: Date): Promise<void> {
      await sql`update outbox set next_attempt_at = ${next}, last_error = ${reason}
        where id = ${message.id} and attempts = ${message.attempts} and ${WAITING}`.execute(db);
    },

    /** Nobody tries it any more. */
    async dead(message: ClaimedMessage, reason: string, now: Date): Promise<void> {
      await sql`update outbox set dead_at = ${now}, last_error = ${reason}
        where id = ${message.id} and attempts = ${message.attempts} and ${WAITING}`.execute(db);
    },
  };
}
