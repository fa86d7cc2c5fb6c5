import { type Kysely, sql } from 'kysely';

/**
 * App passwords in use: what binds them, when they were last used, who may ask whether one is right, and the wrong tries
 * of the last 24 hours, each kept as a keyed hash.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  'alter table app_password alter column verification_id drop not null',
  `alter table app_password add column expires_at timestamptz, add column services text not null default '',
    add column last_used_at timestamptz, add column last_used_service text, add column last_used_network text`,
  `create table tenant_domain (
    domain text primary key,
    tenant_id text not null references tenant,
    created_at timestamptz not null)`,
  'create index tenant_domain_tenant on tenant_domain (tenant_id)',
  `create table app_server (
    id text primary key,
    tenant_id text references tenant,
    name text not null,
    service text not null,
    secret_hash text not null,
    created_at timestamptz not null,
    revoked_at timestamptz)`,
  `create table wrong_app_password (
    scope text not null,
    guess text not null,
    until timestamptz not null,
    primary key (scope, guess))`,
  'create index wrong_app_password_until on wrong_app_password (until)',
  `create table wrong_app_password_count (
    scope text primary key,
    count int not null,
    until timestamptz not null)`,
  'create index wrong_app_password_count_until on wrong_app_password_count (until)',
];
