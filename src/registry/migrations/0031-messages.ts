import { type Kysely, sql } from 'kysely';

/** Messages of others that are passed on, and who may hand them over: connections with their keys. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table verification drop constraint verification_purpose_check,
    add constraint verification_purpose_check check (purpose in ('register', 'signIn', 'testExtension', 'deliver'))`,
  // A connection of a tenant with a directory of Microsoft Entra. Audiences have spaces between.
  `create table entra_phone_provider (
    id text primary key,
    tenant_id text not null references tenant (id),
    name text not null,
    directory_id text not null,
    audiences text not null,
    caller_app_id text not null,
    requires_role boolean not null,
    asks_first boolean not null,
    times int not null check (times between 1 and 3),
    created_at timestamptz not null,
    removed_at timestamptz
  )`,
  'create index entra_phone_provider_tenant on entra_phone_provider (tenant_id, created_at)',
  // What messages to a connection are encrypted for. The private key is sealed under SEAL_KEYS.
  `create table entra_message_key (
    id uuid primary key,
    connection_id text not null references entra_phone_provider (id),
    certificate text not null,
    sealed_key text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    retired_at timestamptz
  )`,
  'create index entra_message_key_connection on entra_message_key (connection_id)',
  // What is delivered, sealed until that is decided. The row of the verification comes in the same transaction, or is refused.
  `create table delivery (
    verification_id uuid primary key references verification (id) on delete cascade deferrable initially deferred,
    source text not null,
    nonce_hash text not null,
    sealed text,
    correlation_id text,
    asks_first boolean not null,
    times int not null,
    unique (source, nonce_hash)
  )`,
];
