/** Which phones are user names at a moment. One rule, for the statements (`signsIn`) and for what they have read (`isUnused`). */
import sql, { type Sql } from 'sql-template-tag';

/** Milliseconds. */
const DAY = 86_400_000;

/** What the registry keeps about a phone as user name. */
export interface SignInTimes {
  /** Since when it is one; null: it is none. */
  signInEnabledAt: Date | null;
  /** When somebody last signed in with it. */
  signInUsedAt: Date | null;
  /** When the number was last verified; null: it counts for nothing until it is. */
  verifiedAt: Date | null;
}

/**
 * A condition on the row `m` of phone_method: its number signs its user in, as long as the policy allows signing in with
 * numbers (`smsSignIn.allowed`), which the caller asks. It is the index phone_method_sign_in that finds such rows: compare
 * `m.tenant_id` and `sign_in_key(m.phone_number)`.
 * @param unusedDays `smsSignIn.unusedDays` of the policy
 */
export function signsIn(now: Date, unusedDays: number | null): Sql {
  const since = unusedSince(now, unusedDays);
  return sql`(m.sign_in_enabled_at is not null and m.verified_at is not null and (${since}::timestamptz is null
    or greatest(m.sign_in_enabled_at, m.sign_in_used_at, m.verified_at) > ${since}::timestamptz))`;
}

/**
 * Whether nobody enabled it, signed in with it or verified it for so long that its number may belong to somebody else by
 * now: carriers give numbers to others some time after they were given up.
 */
export function isUnused(times: SignInTimes, now: Date, unusedDays: number | null): boolean {
  const since = unusedSince(now, unusedDays);
  if (since === null) return false;
  const { signInEnabledAt, signInUsedAt, verifiedAt } = times;
  return [signInEnabledAt, signInUsedAt, verifiedAt].every((at) => at === null || at <= since);
}

function unusedSince(now: Date, unusedDays: number | null): Date | null {
  return unusedDays === null ? null : new Date(now.getTime() - unusedDays * DAY);
}
