import { type Kysely, sql } from 'kysely';

/** Indexes under which finding what is due, given up or delivered costs the same however much was delivered before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  'drop index outbox_due',
  `create index outbox_due on outbox (tenant_id, next_attempt_at, sequence)
    where delivered_at is null and dead_at is null`,
  'create index outbox_dead on outbox (tenant_id, sequence) where dead_at is not null',
  'create index outbox_delivered on outbox (tenant_id, sequence) where delivered_at is not null',
];
