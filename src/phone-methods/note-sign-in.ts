import sql, { type Sql } from 'sql-template-tag';

/**
 * `used`: notes that the user of the finished sign-in by number in `done` signed in with that number. The phone is locked: one
 * that is being removed is waited for.
 */
export function writeSignInUse(now: Date): Sql {
  return sql`used as (
    update phone_method m set sign_in_used_at = ${now} from done
    where m.tenant_id = done.tenant_id and m.user_id = done.user_id and m.phone_number = done.phone_number
      and m.sign_in_enabled_at <= done.created_at
    returning m.id)`;
}
