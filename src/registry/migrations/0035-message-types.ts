import { type Kysely, sql } from 'kysely';

/** Which types of messages a tenant wants to be posted; null: all, also those that are added later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table webhook_endpoint add column types text[]').execute(db);
}
