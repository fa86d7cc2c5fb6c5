import { type Kysely, sql } from 'kysely';

/**
 * One open verification for each user and number, one live call for each phone, and a lock on a challenge that was
 * failed again and again. The columns are set while they matter and empty otherwise, so that their indexes stay small
 * and what is open during the upgrade breaks none of them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // `open_number`: the number, from the request until the verification is finished. `called_phone`: the number and its
  // extension, from the attempt that counts until the verification is finished or goes back to the queue.
  `alter table verification
    add column open_number text,
    add column called_phone text,
    add column turns int not null default 0`,
  `create unique index verification_open_number on verification (tenant_id, user_id, open_number)
    where open_number is not null`,
  'create unique index verification_called_phone on verification (called_phone) where called_phone is not null',
  `create table challenge_failure (
    tenant_id text not null,
    user_id text not null,
    challenge text not null,
    failures int not null,
    locked_until timestamptz,
    updated_at timestamptz not null,
    primary key (tenant_id, user_id, challenge))`,
];
