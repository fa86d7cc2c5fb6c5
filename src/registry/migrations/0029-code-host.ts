import { type Kysely, sql } from 'kysely';

/** The host of the page on which the code of a text is typed, where it is not that of the tenant's policy. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table verification add column code_host text`.execute(db);
}
