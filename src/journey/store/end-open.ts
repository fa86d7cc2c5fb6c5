import sql, { raw, type Sql } from 'sql-template-tag';
import { story, UNDECIDED } from './rows.ts';

/** A user, as SQL. */
interface UserSql {
  tenantId: Sql;
  userId: Sql;
}

/** Why verifications are ended by something else than their own call: the error codes of their outcome `blocked`. */
export const END_REASONS = [
  'userBlocked',
  'fraudReported',
  'numberSuppressed',
  'phoneMethodRemoved',
  'reregistrationRequired',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/**
 * `locked`: locks every open verification of a user, in one order, so that two statements that do this cannot wait for
 * each other. Whatever else the statement writes comes after it, by `WHEN_LOCKED`.
 */
export function lockOpen({ tenantId, userId }: UserSql): Sql {
  return lockWhere(sql`o.tenant_id = ${tenantId} and o.user_id = ${userId} and o.open`);
}

/** `locked`: the same for those verifications `o` for which a condition holds. */
export function lockWhere(which: Sql): Sql {
  return sql`locked as materialized (
      select o.id from verification o where ${which} order by o.id for update)`;
}

/** A condition that always holds, and only once all rows of `locked` are locked. */
export const WHEN_LOCKED = sql`(select count(*) from locked) >= 0`;

/**
 * `ended`: verifications of `locked` → decided as blocked, also one that was approved and is not finished yet; returns
 * their ids. A sign-in by number goes on as a decoy, and says nothing: who asked for it may be anybody.
 * @param only a further condition on the verification `v`
 */
export function endLocked(reason: EndReason, now: Date, only: Sql): Sql {
  const decided = story(now, { type: 'decided', outcome: 'blocked', errorCode: reason });
  const goesOn = raw("(v.sign_in is not null and v.state <> 'decided')");
  return sql`ended as (
      update verification v set decoy = case when v.sign_in is not null then coalesce(v.decoy, ${reason}) end,
        state = case when ${goesOn} then v.state else 'decided' end, live = v.live or not ${goesOn},
        outcome = case when ${goesOn} then v.outcome else 'blocked' end,
        error_code = case when ${goesOn} then v.error_code else ${reason} end,
        decided_at = case when ${goesOn} then v.decided_at else ${now}::timestamptz end,
        wake_at = case when ${goesOn} then v.wake_at else ${now}::timestamptz end,
        events = case when ${goesOn} then v.events else v.events || ${decided}::jsonb end
      from locked where v.id = locked.id and ${only}
        and (v.state in ${UNDECIDED}
          or v.state = 'decided' and v.outcome = 'approved')
      returning v.id)`;
}

/** What blocking a user adds to its statement: it ends all that is open. */
export const END_WHEN_BLOCKED = {
  end: (user: UserSql, now: Date): Sql => sql`${lockOpen(user)}, ${endLocked('userBlocked', now, sql`true`)}`,
  whenLocked: WHEN_LOCKED,
};
