import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { isBlocked } from '../domain/user-conditions.ts';
import type { Claims } from './claims.ts';
import { IS_ITS_PHONE, IS_USER_NAME, userIsTrusted } from './still-counts.ts';

/** An assertion that may be redeemed, by what it says. */
export type Redeemed = Pick<Claims, 'jti' | 'sub' | 'tenant'>;

const EVENT: AuditEvent = {
  ...{ type: 'assertion.redeemed', from: sql`redeemed`, verificationId: sql`verification_id` },
  data: sql`jsonb_build_object('assertionId', assertion_id)`,
};

/**
 * Redeems an assertion, if nobody did, and selects its verification. User, block and phone are looked at as they are now.
 * The verification is locked first, as whoever erases its user does; of two at once, the second one waits and finds the
 * assertion redeemed.
 */
export function redeem({ jti, sub, tenant }: Redeemed, now: Date): Sql {
  return sql`
    with found as materialized (
      select a.id as assertion_id, v.id as verification_id, v.tenant_id, v.user_id
      from sign_in_assertion a join verification v on v.id = a.verification_id
        join phone_method m on m.id = a.phone_method_id
      where a.id = ${jti}::uuid and v.tenant_id = ${tenant} and v.user_id = ${sub}
        and m.verified_at = a.phone_verified_at and ${IS_ITS_PHONE} and ${IS_USER_NAME} and ${userIsTrusted(now)}
      for update of v),
    redeemed as (
      update sign_in_assertion a set redeemed_at = ${now} from found f
      where a.id = f.assertion_id and a.redeemed_at is null
      returning a.id as assertion_id, f.verification_id, f.tenant_id, f.user_id),
    ${auditEvents([EVENT], now)}
    select verification_id from redeemed`;
}

/** What is known of an assertion that was not redeemed now. */
export interface NotRedeemed {
  wasRedeemed: boolean;
  isBlocked: boolean;
}

/** Selects why not: a `NotRedeemed`, or no row where there is no such assertion. */
export function whyNotRedeemed({ jti, sub, tenant }: Redeemed, now: Date): Sql {
  return sql`
    select a.redeemed_at is not null as was_redeemed,
      ${isBlocked('v', now)} as is_blocked
    from sign_in_assertion a join verification v on v.id = a.verification_id
    where a.id = ${jti}::uuid and v.tenant_id = ${tenant} and v.user_id = ${sub}`;
}
