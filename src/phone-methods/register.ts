import { randomUUIDv7 } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { messageData } from './messages.ts';
import type { ChangeDeps } from './ports.ts';

/**
 * `method` and `told`: registers the phone of the finished verification in `done` as verified, in place of the one of its
 * type that there was, and returns its id. The registry makes the first verified phone of a user the default.
 */
export function createWritePhoneMethod({ tell }: Pick<ChangeDeps, 'tell'>) {
  return (now: Date): Sql => sql`method as (
    insert into phone_method (id, tenant_id, user_id, phone_type, phone_number, extension, verification_id, verified_at,
      created_at, updated_at)
    select ${randomUUIDv7()}::uuid, tenant_id, user_id, phone_type, phone_number, extension, id, ${now}::timestamptz,
      ${now}::timestamptz, ${now}::timestamptz from done
    on conflict (tenant_id, user_id, phone_type) do update set phone_number = excluded.phone_number,
      extension = excluded.extension, verification_id = excluded.verification_id, verified_at = excluded.verified_at,
      updated_at = excluded.updated_at
    returning id, tenant_id, user_id, phone_type, verified_at, is_default, sign_in_enabled_at, xmax = 0 as added),
  ${tell(
    sql`select m.tenant_id, case when m.added then 'phoneMethod.added' else 'phoneMethod.changed' end as type,
      ${messageData('m', 'user')} as payload from method m`,
    now,
  )}`;
}
