import { type Kysely, sql } from 'kysely';

/** Links to the self-service page, and the sessions that people have on it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Tokens and session ids are stored as SHA-256 of 256 random bits: a copy of the registry opens no page.
  `create table self_service_link (
    token_hash text primary key,
    tenant_id text not null references tenant (id),
    user_id text not null,
    locale text,
    return_url text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  'create index self_service_link_user on self_service_link (tenant_id, user_id)',
  'create index self_service_link_expiry on self_service_link (expires_at)',
  // What is typed and not yet asked for is the draft; verification_id is what the page shows at present.
  `create table self_service_session (
    id_hash text primary key,
    tenant_id text not null references tenant (id),
    user_id text not null,
    link_hash text not null,
    locale text,
    return_url text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    draft jsonb,
    verification_id uuid
  )`,
  'create index self_service_session_user on self_service_session (tenant_id, user_id)',
  'create index self_service_session_expiry on self_service_session (expires_at)',
];
