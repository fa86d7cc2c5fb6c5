import { type Kysely, sql } from 'kysely';

/**
 * Verifications by text message. Of the code only a random seed is stored, `<key id>.<seed>`: the code follows from it
 * under a key outside the database.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const only = (column: string, values: string) => `alter table verification
  drop constraint verification_${column}_check,
  add constraint verification_${column}_check check (${column} in (${values}))`;

const STATEMENTS = [
  only('channel', `'call', 'sms'`),
  only('phone_type', `'office', 'mobile', 'alternateMobile'`),
  only('challenge', `'pound', 'numberMatch', 'pin', 'code'`),
  only('state', `'queued', 'dialing', 'ringing', 'answered', 'sending', 'sent', 'decided', 'finished'`),
  'alter table verification add column code_seed text',
];
