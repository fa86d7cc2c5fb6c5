import { type Kysely, sql } from 'kysely';

/** An index that lists a tenant's verifications in the order of their requests. None of its columns ever changes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('create index verification_tenant on verification (tenant_id, created_at, id)').execute(db);
}
