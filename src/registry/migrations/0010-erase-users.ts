import { type Kysely, sql } from 'kysely';

/** Finds the audit events of a user. Those about a verification are found by it, so that none of them costs more to write. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_event_user on audit_event (tenant_id, user_id)
    where verification_id is null`.execute(db);
}
