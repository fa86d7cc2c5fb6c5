import sql, { type Sql } from 'sql-template-tag';
import type { User } from '../../domain/user.ts';
import { endLocked, lockOpen, lockWhere } from './end-open.ts';

const userSql = ({ tenantId, userId }: User) => ({ tenantId: sql`${tenantId}`, userId: sql`${userId}` });

/**
 * `locked`: open verifications that this transaction has locked before. One that somebody else holds was requested since
 * then, and who holds it may wait for what this transaction has locked.
 */
const lockedBefore = (which: Sql): Sql => sql`locked as materialized (
    select o.id from verification o where ${which} and o.open order by o.id for update skip locked)`;

/** What changing the phones of a user adds to its statements; see `phone-methods/ports.ts`. */
export const END_FOR_PHONE = {
  lock: (user: User): Sql => lockOpen(userSql(user)),
  lockUnverified: (tenantId: string, userIds: readonly string[]): Sql =>
    lockWhere(sql`o.open and (o.tenant_id, o.user_id, o.phone_number) in (
      select m.tenant_id, m.user_id, m.phone_number from phone_method m
      where m.tenant_id = ${tenantId} and m.user_id = any(${userIds}::text[]) and m.verified_at is null)`),
  endOfNumber: (now: Date): Sql =>
    sql`${lockedBefore(
      sql`(o.tenant_id, o.user_id, o.phone_number) in (select tenant_id, user_id, phone_number from done)`,
    )}, ${endLocked('phoneMethodRemoved', now, sql`true`)}`,
  endOfUser: (user: User, now: Date): Sql =>
    sql`${lockedBefore(
      sql`o.tenant_id = ${user.tenantId} and o.user_id = ${user.userId}`,
    )}, ${endLocked('reregistrationRequired', now, sql`true`)}`,
};
