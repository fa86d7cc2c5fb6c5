import { type Kysely, sql } from 'kysely';

/** What happens when Entra sends somebody of whom no phone is known: a phone from the directory, or one that the person enters with a code. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table entra_method
    add column first_time text not null default 'preregistered'
      check (first_time in ('preregistered', 'directory', 'self')),
    add column sealed_graph_credential text`,
  // A phone that is registered by answering it. Who has shown a code may still correct it.
  `alter table entra_attempt
    add column phone jsonb,
    add column admitted_at timestamptz,
    add column wrong_codes int not null default 0`,
  // A new code replaces the one before. Only a hash is kept.
  `create table entra_enrolment_code (
    tenant_id text not null references tenant (id),
    user_id text not null,
    code_hash text not null,
    hash_key_id text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (tenant_id, user_id)
  )`,
  'create index entra_enrolment_code_expiry on entra_enrolment_code (expires_at)',
];
