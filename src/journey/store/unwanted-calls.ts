import sql, { raw, type Sql } from 'sql-template-tag';
import { isRegisteredPhone } from '../../domain/user-conditions.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Outcome } from '../outcomes.ts';

/** How long unwanted calls to a phone are remembered after the last one, days. */
const REMEMBERED_DAYS = 7;

/** The outcomes of calls that nobody asked for, as far as can be told. */
const UNWANTED: readonly (Outcome | null)[] = [
  ...(['noAnswer', 'voicemail', 'noInput', 'hungUp', 'wrongDigits', 'fraudReported'] as const),
  // If it rang: whoever requests and cancels again and again makes a phone ring, too.
  'canceled',
];

/**
 * Under which name the unwanted calls to the phone of the finished verification are kept, as `phone_paused_until` reads it. Those of users who sign in
 * with their own phone are kept apart: a stranger's calls must not make theirs come later.
 */
const PAUSED_NAME = raw("(done.phone_hash || case when done.purpose = 'signIn' then ' signIn' else '' end)");

/**
 * What an outcome adds to the calls to a phone that nobody wanted, of all tenants: `unwanted` counts one more,
 * `wanted` forgets them all. A report from the user's own registered phone blocks the user, and counts nothing here.
 */
export function writeUnwanted(outcome: Outcome | null, now: Date): Sql[] {
  if (outcome === 'approved')
    return [
      sql`wanted as (
        delete from unwanted_calls u using done where u.phone_hash in (done.phone_hash, ${PAUSED_NAME}))`,
    ];
  if (!UNWANTED.includes(outcome)) return [];
  const only = outcome === 'fraudReported' ? sql`not ${isRegisteredPhone('done')}` : sql`true`;
  return [
    sql`unwanted as (
      insert into unwanted_calls as u (phone_hash, calls, answered, last_at)
      select ${PAUSED_NAME}, 1, case when outcome in ('noAnswer', 'voicemail') or answered_at is null then 0 else 1 end,
        ${now}::timestamptz
      from done where phone_hash is not null and (outcome <> 'canceled' or rang_at is not null or answered_at is not null) and ${only}
      on conflict (phone_hash) do update set calls = u.calls + 1, answered = u.answered + excluded.answered,
        last_at = excluded.last_at)`,
  ];
}

/** A condition on the verification `v`: somebody answered such a call before, and it is no sign-in with an own phone. */
export const MAY_STOP_CALLS = sql`(v.purpose <> 'signIn'
  and exists (select from unwanted_calls u where u.phone_hash = v.phone_hash and u.answered > 0))`;

/** Removes what need not be remembered any more. */
export async function forgetUnwanted(run: RunStatement, now: Date): Promise<void> {
  await run(sql`
    delete from unwanted_calls where last_at <= ${now}::timestamptz - make_interval(days => ${REMEMBERED_DAYS}::int)`);
}
