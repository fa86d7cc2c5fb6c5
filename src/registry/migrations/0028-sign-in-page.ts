import { type Kysely, sql } from 'kysely';

/** Pages on which people sign in with their phone numbers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // As with links to the self-service page, what opens the page is stored as SHA-256 of 256 random bits only. A page
  // names no user: whose number was typed stands in the sign-in.
  `create table sign_in_page (
    id uuid primary key,
    token_hash text not null unique,
    tenant_id text not null references tenant (id),
    return_url text not null,
    other_way_url text,
    nonce text not null,
    state text,
    audience text,
    locale text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    browser_hash text,
    form_key text,
    is_working boolean not null default false,
    verification_id uuid,
    sealed_assertion text,
    assertion_expires_at timestamptz
  )`,
  'create index sign_in_page_expiry on sign_in_page (expires_at)',
];
