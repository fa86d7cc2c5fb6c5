import { type Kysely, sql } from 'kysely';

/** External authentication methods of Microsoft Entra: connections, the sign-ins that Entra asked for, and the keys that answers are signed with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table entra_method (
    id text primary key,
    tenant_id text not null references tenant (id),
    client_id text not null,
    application_id text not null,
    directory_ids jsonb not null,
    cloud text not null check (cloud in ('global', 'usGovernment', 'china')),
    display_name text not null,
    created_at timestamptz not null
  )`,
  'create index entra_method_tenant on entra_method (tenant_id, id)',
  // What Entra asked for never changes; a second request with the same hint and nonce finds the first one's row.
  `create table entra_attempt (
    id uuid primary key,
    method_id text not null,
    tenant_id text not null,
    user_id text not null,
    request_hash text not null,
    asked jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    locale text,
    round int not null default 1,
    way text,
    verification_id uuid,
    refusal text,
    ended_as text,
    sealed_answer text,
    answered_at timestamptz,
    unique (method_id, request_hash)
  )`,
  'create index entra_attempt_expiry on entra_attempt (expires_at)',
  'create index entra_attempt_user on entra_attempt (tenant_id, user_id)',
  // The number of the key is what two processes agree by: only one of them writes it.
  `create table entra_key (
    number int primary key,
    kid text not null unique,
    certificate text not null,
    sealed_private_key text not null,
    created_at timestamptz not null,
    signs_from timestamptz not null,
    expires_at timestamptz not null
  )`,
  // Who proves a phone on the way into something else is shown no app password, so none is made.
  'alter table verification add column without_app_password boolean not null default false',
];
