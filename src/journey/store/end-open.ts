import sql, { type Sql } from 'sql-template-tag';
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
 * their ids.
 * @param only a further condition on the verification `v`
 */
export function endLocked(reason: EndReason, now: Date, only: Sql): Sql {
  const decided = story(now, { type: 'decided', outcome: 'blocked', errorCode: reason });
  return sql`ended as (
      update verification v set state = 'decided', live = true, outcome = 'blocked', error_code = ${reason},
        decided_at = ${now}, wake_at = ${now}, events = v.events || ${decided}::jsonb
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
