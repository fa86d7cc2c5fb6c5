import { type Kysely, sql } from 'kysely';

/**
 * Text messages that a call follows in the same verification (`escalated_at`: since when), and the idempotency key with
 * which a right code was checked, as a keyed hash.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  'alter table verification add column escalated_at timestamptz, add column check_key text',
];
