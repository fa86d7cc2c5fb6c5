import { type Kysely, sql } from 'kysely';
import type { Registry } from '../registry/schema.ts';
import type { ClaimedMessage } from './written-message.ts';

/** What became of a claimed message: one of `deliveredAt`, `deadAt` (given up) and `nextAttemptAt` is set. */
export interface AttemptResult {
  message: ClaimedMessage;
  deliveredAt?: Date;
  deadAt?: Date;
  nextAttemptAt?: Date;
  /** Why the attempt failed. */
  reason?: string;
  /** True when there was no attempt, so that none is counted. */
  untried?: boolean;
}

/** The statements of delivery. */
export type OutboxStore = ReturnType<typeof createOutboxStore>;

const WAITING = sql`delivered_at is null and dead_at is null`;

/**
 * WAITING for a look at other messages of a verification. No planner can prove the predicate of the index of due
 * messages from it, and so only the index by verification is left: with statistics of a time when little was due, the
 * other one led to a walk over all due messages for each of them. `offset 0` keeps such a look from becoming a join.
 */
const UNDELIVERED = sql`coalesce(e.delivered_at, e.dead_at) is null`;

/** A lost claim or result means that a message is delivered once more, so the commit does not wait for the disk (PostgreSQL, "Asynchronous Commit"). */
const COMMIT_LATER = sql`setting as materialized (select set_config('synchronous_commit', 'off', true))`;

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
      // An id is looked for as one of an array: PostgreSQL then takes the primary key, whatever the statistics say.
      // Steps from tenant to tenant through the index, so that tenants with nothing to deliver cost nothing.
      const result = await sql<ClaimedMessage>`
        with recursive waiting (tenant_id) as (
          (select tenant_id from outbox where ${WAITING} order by tenant_id limit 1)
          union all
          select (select o.tenant_id from outbox o where ${WAITING} and o.tenant_id > w.tenant_id
            order by o.tenant_id limit 1)
          from waiting w where w.tenant_id is not null),
        due as (
          select d.id from waiting w cross join lateral (
            select o.id, o.next_attempt_at, o.sequence from outbox o
            where o.tenant_id = w.tenant_id and ${WAITING} and o.next_attempt_at <= ${wanted.now}
              and not exists (select from outbox e where e.verification_id = o.verification_id
                and e.sequence < o.sequence and ${UNDELIVERED} offset 0)
            order by o.next_attempt_at, o.sequence limit ${wanted.perTenant}
            for update of o skip locked) d
          where w.tenant_id <> all(${wanted.except}::text[])
          order by d.next_attempt_at, d.sequence limit ${wanted.limit}),
        ${COMMIT_LATER},
        claimed as (
          update outbox set next_attempt_at = ${wanted.leaseUntil}, attempts = attempts + 1
          where id = any(array(select id from due))
          returning outbox.*)
        select c.id, c.tenant_id, c.verification_id, c.type, c.payload, c.created_at, c.resent_at, c.attempts,
          c.next_attempt_at as lease_until, e.url, e.sealed_secret, e.previous_sealed_secret, e.previous_until
        from setting cross join claimed c left join webhook_endpoint e on e.tenant_id = c.tenant_id
        order by c.sequence`.execute(db);
      return result.rows;
    },

    /**
     * Records results, in one statement. That the receiver has a message counts whenever it is recorded, also after
     * the lease; any other result counts only while no later attempt has begun.
     * @returns whether messages that had to wait for these can be claimed now
     */
    async record(results: AttemptResult[]): Promise<boolean> {
      const list = JSON.stringify(
        results.map(({ message, ...result }) => ({ ...result, ...keyOf(message) })),
      );
      // Rows are locked in the order of their ids: two statements of this kind would otherwise wait for each other.
      const { rows } = await sql<{ unblocked: boolean | null }>`
        with result as materialized (
          select * from jsonb_to_recordset(${list}::jsonb) as r(id uuid, attempts int, "deliveredAt" timestamptz,
            "deadAt" timestamptz, "nextAttemptAt" timestamptz, reason text, untried boolean)),
        locked as materialized (
          select id from outbox where id = any(array(select id from result)) order by id for no key update),
        ${COMMIT_LATER},
        recorded as (
          update outbox o set delivered_at = r."deliveredAt", dead_at = r."deadAt",
            next_attempt_at = coalesce(r."nextAttemptAt", o.next_attempt_at),
            attempts = case when r.untried then o.attempts - 1 else o.attempts end,
            last_error = case when r.untried then o.last_error else r.reason end
          from result r
          where o.id = any(array(select id from locked)) and o.id = r.id and o.delivered_at is null
            and (r."deliveredAt" is not null or (o.dead_at is null and o.attempts = r.attempts))
          returning r."nextAttemptAt" is null and exists (
            select from outbox e where e.verification_id = o.verification_id and e.id <> o.id
              and ${UNDELIVERED}) as unblocks)
        select bool_or(unblocks) as unblocked from setting left join recorded on true`.execute(db);
      return rows[0]?.unblocked ?? false;
    },
  };
}

const keyOf = ({ id, attempts }: ClaimedMessage) => ({ id, attempts });
