import sql, { type Sql } from 'sql-template-tag';
import { APP_PASSWORD_NAMES } from '../domain/app-password-names.ts';
import { latestExpiry } from './latest-expiry.ts';
import { type Tell, tellRevoked } from './messages.ts';
import type { createAppPasswordMaker } from './new-app-password.ts';
import { freePlaceOf, hasRoomFor } from './places.ts';

/** A condition on the verification `v`: its user may have one more app password. */
export const HAS_ROOM_FOR_APP_PASSWORD = hasRoomFor('v');

/** Who takes the same one at once is refused by the index. */
const FREE_PLACE = freePlaceOf('done');

/** `password`: issues an app password to the user of the finished verification in `done`; returns its id. */
export function createWriteAppPassword(make: ReturnType<typeof createAppPasswordMaker>) {
  return (
    wanted: { length: number; expiresAfterDays: number | null; verificationId: string },
    now: Date,
  ): Sql => {
    const made = make(wanted);
    const expiresAt = latestExpiry(wanted, now);
    return sql`password as (
      insert into app_password (id, tenant_id, user_id, name, hash, hash_key_id, sealed, sealed_until, verification_id,
        created_at, place, expires_at)
      select ${made.id}::uuid, tenant_id, user_id, case phone_type when 'office' then ${APP_PASSWORD_NAMES.office}::text else ${APP_PASSWORD_NAMES.mobile}::text end, ${made.hash}::text, ${made.hashKeyId}::text, ${made.sealed}::text,
        ${made.sealedUntil}::timestamptz, id, ${now}::timestamptz, (${FREE_PLACE}),
        ${expiresAt}::timestamptz from done
      returning id)`;
  };
}

/**
 * `revoked`: revokes all app passwords of the user of the finished verification in `done`, if the condition on it holds;
 * returns their ids, tenant and user. The tenant is told.
 */
export function createWriteRevocation(tell: Tell) {
  return (condition: Sql, now: Date): Sql => sql`revoked as (
    update app_password set revoked_at = ${now}, sealed = null from done
    where app_password.tenant_id = done.tenant_id and app_password.user_id = done.user_id and revoked_at is null
      and ${condition}
    returning app_password.id, app_password.tenant_id, app_password.user_id),
  ${tellRevoked(tell, now)}`;
}
