import { type Kysely, sql } from 'kysely';

/**
 * Requests that were refused, so that "why was this user not called?" has an answer: one row for each user, code and
 * minute. A number is kept as a keyed hash. Written when something is refused only, and removed after some days.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table refusal (
    tenant_id text not null,
    user_id text not null,
    code text not null,
    minute timestamptz not null,
    number_hash text not null,
    detail text not null,
    count int not null,
    last_at timestamptz not null,
    primary key (tenant_id, user_id, code, minute, number_hash))`,
  'create index refusal_number on refusal (tenant_id, number_hash, last_at)',
  'create index refusal_minute on refusal (minute)',
];
