import sql from 'sql-template-tag';
import { auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { messageData } from './messages.ts';
import type { ChangeDeps } from './ports.ts';
import { refusalOf } from './rules.ts';
import {
  FOUND,
  type FoundMethod,
  IS_NOT_NEEDED,
  lockUser,
  MAY_STOP_COUNTING,
  methodsOf,
} from './statements.ts';

/**
 * One statement removes the phone, ends the open verifications of its number, revokes the app passwords of the user if the
 * policy says so and the phone was ever verified, keeps an audit event and tells the tenant. A registration that is being
 * written is waited for, so that its app password is among them; a sign-in that is calling the phone is not approved any more.
 */
export function createRemovePhoneMethod(deps: ChangeDeps) {
  const { db, clock, by, tell } = deps;

  function removal(user: User, id: string, revokes: boolean, now: Date) {
    return sql`
      with ${methodsOf(user)},
      done as (
        delete from phone_method p using methods m
        where p.id = m.id and m.id = ${id}::uuid and ${MAY_STOP_COUNTING} and ${IS_NOT_NEEDED} returning p.*),
      ${deps.openVerifications.endOfNumber(now)},
      ${deps.revokeAppPasswords(sql`${revokes}::boolean and done.verification_id is not null`, now)},
      ${auditEvents(
        [
          {
            type: 'phoneMethod.removed',
            from: sql`done`,
            data: sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type,
              'appPasswordsRevoked', (select count(*) from revoked), 'verificationsEnded', (select count(*) from ended))`,
          },
          {
            ...{ type: 'appPassword.revoked', from: sql`revoked`, many: true },
            ...{ tenantId: sql`${user.tenantId}`, userId: sql`${user.userId}` },
            data: sql`jsonb_build_object('appPasswordId', id, 'because', 'phoneMethodRemoved')`,
          },
        ],
        now,
      )},
      ${tell(sql`select d.tenant_id, 'phoneMethod.removed' as type, ${messageData('d', by)} as payload from done d`, now)}
      ${FOUND}`;
  }

  /**
   * @returns how many app passwords were revoked
   * @throws ServiceError `phoneMethod.notFound` when the user has none of this id; `phoneMethod.isDefault`;
   * `phoneMethod.mobileNeeded`
   */
  return async (user: User, id: string): Promise<number> => {
    const { appPassword } = await deps.policyOf(user.tenantId);
    const statement = removal(user, id, appPassword.revokeOnRemoval, clock.now());
    const found = await runWhenLocked<FoundMethod, Registry>(db, lockUser(deps, user), statement);
    const removed = found.find(({ done }) => done);
    if (!removed) throw refusalOf('remove', id.toLowerCase(), found);
    deps.openVerifications.ended(removed.ended);
    return removed.revoked;
  };
}
