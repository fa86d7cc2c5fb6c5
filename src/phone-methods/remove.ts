import type { Kysely } from 'kysely';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';

const REMOVED: AuditEvent = {
  ...{ type: 'phoneMethod.removed', from: sql`done` },
  data: sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type,
    'appPasswordsRevoked', (select count(*) from revoked))`,
};
const REVOKED: AuditEvent = {
  ...{ type: 'appPassword.revoked', from: sql`revoked`, many: true },
  data: sql`jsonb_build_object('appPasswordId', id, 'because', 'phoneMethodRemoved')`,
};

/** Removes a phone of a user. */
export type RemovePhoneMethod = ReturnType<typeof createRemovePhoneMethod>;

/**
 * One statement removes the phone, revokes the app passwords that it vouched for, and keeps an audit event. A registration
 * that is being written to the phone is waited for, so that its app password is among them. A sign-in that is calling the phone is not approved any more: whatever approves one looks at the phone in its own statement.
 * @param deps.revokeAppPasswords `revoked`: revokes all app passwords of the user in `done`; returns their ids
 */
export function createRemovePhoneMethod(deps: {
  db: Kysely<Registry>;
  clock: Clock;
  revokeAppPasswords: (condition: Sql, now: Date) => Sql;
}) {
  /**
   * @returns how many app passwords were revoked
   * @throws ServiceError `phoneMethod.notFound` when the user has none of this id
   */
  return async ({ tenantId, userId }: User, id: string): Promise<number> => {
    const now = deps.clock.now();
    const thePhone = sql`phone_method where tenant_id = ${tenantId} and user_id = ${userId} and id = ${id}::uuid`;
    const lock = sql`select id from ${thePhone} for update`;
    const remove = sql`
      with done as (delete from ${thePhone} returning id, tenant_id, user_id, phone_type),
      ${deps.revokeAppPasswords(sql`true`, now)},
      ${auditEvents([REMOVED, REVOKED], now)}
      select (select count(*) from revoked) as revoked from done`;
    const [removed] = await runWhenLocked<{ revoked: number }, Registry>(deps.db, lock, remove);
    if (removed) return removed.revoked;
    throw new ServiceError(
      'phoneMethod.notFound',
      'The user has no phone method with this id; it may have been removed before. The list shows those that are left.',
    );
  };
}
