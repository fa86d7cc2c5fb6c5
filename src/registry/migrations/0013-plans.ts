import { type Kysely, sql } from 'kysely';

/**
 * What PostgreSQL plans while the registry is small must stay right when it has grown: plans are kept. See decision 26.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Over one expression, so that no other index can serve the look for it: any index that begins with the tenant could,
  // and would read all verifications of the tenant.
  'drop index verification_open_number',
  `create unique index verification_open_number on verification ((tenant_id || ' ' || user_id || ' ' || open_number))
    where open_number is not null`,
  // As before, but with plans that a connection keeps: those of a function in SQL are made at each call.
  `create or replace function phone_paused_until(phone text, purpose text) returns timestamptz
      language plpgsql stable as $$
    begin
      return (select u.last_at + make_interval(secs => least(900, 30 * 2 ^ least(u.calls - 2, 10)))
        from unwanted_calls u
        where u.phone_hash = phone || case when purpose = 'signIn' then ' signIn' else '' end and u.calls >= 2);
    end $$`,
];
