import sql from 'sql-template-tag';
import { auditEvents } from '../domain/audit-event.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { User } from '../domain/user.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { messageData } from './messages.ts';
import { parsePhone, type TypedPhone } from './parse-phone.ts';
import type { ChangeDeps } from './ports.ts';
import { methodNotFound, refusalOf } from './rules.ts';
import { FOUND, type FoundMethod, lockUser, MAY_STOP_COUNTING, methodsOf } from './statements.ts';

/**
 * An administrator's number in place of the one that a phone of a user has. It is not verified, so all that a removal of
 * the old number ends is ended. The same number again changes nothing.
 */
export function createChangePhoneMethod(deps: ChangeDeps) {
  const { db, clock, by, tell } = deps;

  function change(
    user: User,
    id: string,
    to: { phoneNumber: string; extension: string | null },
    revokes: boolean,
    now: Date,
  ) {
    // What follows reads from `done` what the phone was; `changed` is what it is now.
    return sql`
      with ${methodsOf(user)},
      changed as (
        update phone_method p set phone_number = ${to.phoneNumber}, extension = ${to.extension}, verification_id = null,
          verified_at = null, updated_at = ${now}
        from methods m where p.id = m.id and m.id = ${id}::uuid and ${MAY_STOP_COUNTING}
          and (m.phone_number <> ${to.phoneNumber} or m.extension is distinct from ${to.extension})
        returning p.*),
      done as (select m.* from methods m join changed on changed.id = m.id),
      ${deps.openVerifications.endOfNumber(now)},
      ${deps.revokeAppPasswords(sql`${revokes}::boolean and done.verification_id is not null`, now)},
      ${auditEvents(
        [
          {
            type: 'phoneMethod.changed',
            from: sql`changed`,
            data: sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type,
              'appPasswordsRevoked', (select count(*) from revoked), 'verificationsEnded', (select count(*) from ended))`,
          },
        ],
        now,
      )},
      ${tell(sql`select c.tenant_id, 'phoneMethod.changed' as type, ${messageData('c', by)} as payload from changed c`, now)}
      ${FOUND}`;
  }

  async function typeOf({ tenantId, userId }: User, id: string): Promise<PhoneType> {
    const row = await db
      .selectFrom('phoneMethod')
      .select('phoneType')
      .where('tenantId', '=', tenantId)
      .where('userId', '=', userId)
      .where('id', '=', id)
      .executeTakeFirst();
    // A check of the table guarantees the narrower type.
    if (row) return row.phoneType as PhoneType;
    throw methodNotFound();
  }

  /**
   * @returns how many app passwords were revoked
   * @throws ServiceError `number.*`, `phoneMethod.notFound`, `phoneMethod.isDefault`
   */
  return async (user: User, id: string, typed: TypedPhone): Promise<number> => {
    const policy = await deps.policyOf(user.tenantId);
    // The type of a phone never changes.
    const to = parsePhone(await typeOf(user, id), typed, policy);
    const statement = change(user, id, to, policy.appPassword.revokeOnRemoval, clock.now());
    const found = await runWhenLocked<FoundMethod, Registry>(db, lockUser(deps, user), statement);
    const changed = found.find(({ done }) => done);
    if (changed) deps.openVerifications.ended(changed.ended);
    else if (!found.some((method) => isTheSame(method, { id: id.toLowerCase(), ...to })))
      throw refusalOf('change', id.toLowerCase(), found);
    return changed?.revoked ?? 0;
  };
}

type Numbered = Pick<FoundMethod, 'id' | 'phoneNumber' | 'extension'>;

function isTheSame(one: Numbered, other: Numbered): boolean {
  return one.id === other.id && one.phoneNumber === other.phoneNumber && one.extension === other.extension;
}
