import { type Kysely, sql } from 'kysely';

/**
 * What each API key may do. Keys that exist may do all that they could, and so may those that processes of the version
 * before make during the upgrade; later ones name their scopes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_key add column scopes text not null
    default 'read verifications:write users:write policy:write'`.execute(db);
}
