/** Which phones are user names at a moment: the one place that says so, for every statement that asks. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { DAY_MS, later } from '../platform/clock.ts';

/**
 * A condition on a row of phone_method: its number signs its user in, as long as the policy allows signing in with
 * numbers (`smsSignIn.allowed`), which the caller asks. Nobody enabled it, signed in with it or verified it for
 * `unusedDays`: it does not, since carriers give numbers that were given up to somebody else. To find rows by a number
 * compare `tenant_id` and `sign_in_key(phone_number)` too: they are in the index phone_method_sign_in.
 * @param unusedDays `smsSignIn.unusedDays` of the policy; null: any time
 * @param alias what the statement calls the row; never anything that came from outside
 */
export function signsIn(now: Date, unusedDays: number | null, alias = 'm'): Sql {
  const since = unusedDays === null ? null : later(now, -unusedDays * DAY_MS);
  const row = raw(alias);
  return sql`(${row}.sign_in_enabled_at is not null and ${row}.verified_at is not null and (${since}::timestamptz is null
    or greatest(${row}.sign_in_enabled_at, ${row}.sign_in_used_at, ${row}.verified_at) > ${since}::timestamptz))`;
}

/**
 * The columns `signs_in` and `is_in_use` of a row of phone_method: whether its number signs its user in, and whether it
 * signs in another user of the tenant.
 * @param alias what the statement calls the row; not `m`
 */
export function signInFacts(now: Date, unusedDays: number | null, alias: string): Sql {
  const row = raw(alias);
  return sql`${signsIn(now, unusedDays, alias)} as signs_in,
    exists (select from phone_method m where m.tenant_id = ${row}.tenant_id and m.user_id <> ${row}.user_id
      and sign_in_key(m.phone_number) = sign_in_key(${row}.phone_number) and ${signsIn(now, unusedDays)}) as is_in_use`;
}
