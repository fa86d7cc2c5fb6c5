import sql, { type Sql } from 'sql-template-tag';
import type { User } from '../domain/user.ts';
import type { ChangeDeps } from './ports.ts';
import type { MethodState } from './rules.ts';

/** A phone of the user as a statement found it, and whether it is the one that was changed. */
export interface FoundMethod extends MethodState {
  /** E.164. */
  phoneNumber: string;
  extension: string | null;
  done: boolean;
  /** How many app passwords were revoked. */
  revoked: number;
  /** The verifications that were ended. */
  ended: string[];
}

/**
 * Locks what a statement is going to change, in one order for all statements: first the user's open verifications, so that
 * one that finishes is waited for, then the user's phones, against whoever verifies another one.
 */
export function lockUser(
  { openVerifications }: { openVerifications: Pick<ChangeDeps['openVerifications'], 'lock'> },
  user: User,
): Sql {
  return sql`with ${openVerifications.lock(user)}
    select lock_phone_methods(${user.tenantId}, ${user.userId}) where (select count(*) from locked) >= 0`;
}

/** `methods`: all phones of a user, locked against whoever chooses another default. */
export function methodsOf({ tenantId, userId }: User): Sql {
  return sql`methods as materialized (
    select * from phone_method where tenant_id = ${tenantId} and user_id = ${userId} order by id for update)`;
}

/** Selects what `methods` are, for `FoundMethod`, and what became of the one in `done`. */
export const FOUND = sql`select m.id, m.phone_type, m.phone_number, m.extension, m.is_default,
    m.verified_at is not null as is_verified, exists (select from done d where d.id = m.id) as done, (select count(*)::int from revoked) as revoked,
    array(select id from ended) as ended
  from methods m`;

/** A condition on the row `m` of `methods`: it may go although there is a default to be kept; see `rules.ts`. */
export const MAY_STOP_COUNTING = sql`(not m.is_default
  or not exists (select from methods o where o.id <> m.id and o.verified_at is not null))`;

/** A condition on the row `m` of `methods`: no phone of the user needs it. */
export const IS_NOT_NEEDED = sql`(m.phone_type <> 'mobile'
  or not exists (select from methods o where o.phone_type = 'alternateMobile'))`;
