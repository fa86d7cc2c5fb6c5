import { randomUUIDv7 } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';

/** `method`: registers the phone of the finished verification in `done`, in place of the one there was; returns its id. */
export function writePhoneMethod(now: Date): Sql {
  return sql`method as (
    insert into phone_method (id, tenant_id, user_id, phone_type, phone_number, extension, verification_id, created_at,
      updated_at)
    select ${randomUUIDv7()}::uuid, tenant_id, user_id, phone_type, phone_number, extension, id, ${now}::timestamptz,
      ${now}::timestamptz from done
    on conflict (tenant_id, user_id, phone_type) do update set phone_number = excluded.phone_number,
      extension = excluded.extension, verification_id = excluded.verification_id, updated_at = excluded.updated_at
    returning id)`;
}
