/** Conditions in statements on the user of a verification, by its alias. */
import sql, { raw, type Sql } from 'sql-template-tag';

/** Whether the user is blocked now. */
export function isBlocked(alias: 'v' | 'e', now: Date): Sql {
  return sql`exists (select from user_block b where b.tenant_id = ${raw(alias)}.tenant_id and b.user_id = ${raw(alias)}.user_id
      and (b.expires_at is null or b.expires_at > ${now}))`;
}

/** Whether the phone of the verification is one that its user has registered and verified. */
export const isRegisteredPhone = (alias: 'v' | 'done' | 'f'): Sql =>
  raw(`exists (select from phone_method m where m.tenant_id = ${alias}.tenant_id and m.user_id = ${alias}.user_id
    and m.phone_number = ${alias}.phone_number and m.extension is not distinct from ${alias}.extension
    and m.verified_at is not null)`);
