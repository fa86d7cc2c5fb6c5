import { type Kysely, sql } from 'kysely';

/** Identity products other than Entra that hand codes over: one row for each hook that a tenant has set up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table delivery_hook (
    id uuid primary key,
    tenant_id text not null references tenant (id),
    kind text not null check (kind in ('okta', 'auth0', 'supabase')),
    name text not null,
    sealed_secret text not null,
    asks_first boolean not null,
    times int not null check (times between 1 and 3),
    created_at timestamptz not null
  )`,
  'create index delivery_hook_tenant on delivery_hook (tenant_id, created_at)',
];
