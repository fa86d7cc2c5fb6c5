import { type Kysely, sql } from 'kysely';

/** An app password that a backend made with an idempotency key is found by it when the request is sent again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table app_password add column idempotency_key text, add column request_hash text`.execute(
    db,
  );
  await sql`create unique index app_password_idempotency_key on app_password (tenant_id, idempotency_key)
    where idempotency_key is not null`.execute(db);
}
