import { type Kysely, sql } from 'kysely';

/**
 * Signed assertions about sign-ins: one for each verification. What was signed is not stored; the row remembers its id,
 * what the sign-in relied on, and whether it was redeemed. It names no user, and goes with its verification.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table sign_in_assertion (
    id uuid primary key,
    verification_id uuid not null unique references verification on delete cascade,
    phone_method_id uuid not null,
    phone_verified_at timestamptz not null,
    key_id text not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    redeemed_at timestamptz)`,
];
