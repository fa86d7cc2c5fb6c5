import { type Kysely, sql } from 'kysely';

/** Which keys this registry has been used with, so that another key under the same name is noticed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table key_fingerprint (
      ring text not null,
      key_id text not null,
      fingerprint text not null,
      created_at timestamptz not null,
      primary key (ring, key_id)
    )`.execute(db);
}
