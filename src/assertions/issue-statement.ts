import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { isBlocked } from '../domain/user-conditions.ts';
import { later } from '../platform/clock.ts';
import type { Channel } from './claims.ts';
import { IS_ITS_PHONE, IS_USER_NAME, userIsTrusted } from './still-counts.ts';
import { ISSUED_WITHIN_S } from './times.ts';

/** What an assertion is about. */
export interface SignIn {
  userId: string;
  channel: Channel;
  decidedAt: Date;
  phoneVerifiedAt: Date;
  phoneMethodId: string;
  /** Since when its number is a user name; null: it is none. */
  signInEnabledAt: Date | null;
}

/** A sign-in that an assertion is asked for, and what the assertion would have. */
export interface NewAssertion {
  tenantId: string;
  verificationId: string;
  kind: 'ofUser' | 'byNumber';
  /** Its `jti`. */
  id: string;
  keyId: string;
  audience: string;
  expiresAt: Date;
}

/**
 * Notes an assertion, if the sign-in was approved a short while ago, counts still and has none, and selects what it is
 * about: a `SignIn`. Whoever asks second, at the same time too, gets no row. Verification and phone are locked: what is being
 * erased or removed is waited for.
 */
export function issue(wanted: NewAssertion, now: Date): Sql {
  return sql`
    with approved as materialized (
      select v.id as verification_id, v.tenant_id, v.user_id, v.channel, v.decided_at, m.id as phone_method_id,
        m.verified_at as phone_verified_at, m.sign_in_enabled_at
      from verification v join phone_method m on ${IS_ITS_PHONE}
      where v.id = ${wanted.verificationId}::uuid and v.tenant_id = ${wanted.tenantId} and v.purpose = 'signIn'
        and ${isOf(wanted.kind)}
        and v.outcome = 'approved' and v.decided_at > ${later(now, -ISSUED_WITHIN_S * 1000)}
        and ${userIsTrusted(now)} and ${IS_USER_NAME}
      order by m.phone_type = v.phone_type desc limit 1 for update of v for share of m),
    noted as (
      insert into sign_in_assertion (id, verification_id, phone_method_id, phone_verified_at, key_id, issued_at,
        expires_at)
      select ${wanted.id}::uuid, verification_id, phone_method_id, phone_verified_at, ${wanted.keyId}::text,
        ${now}::timestamptz, ${wanted.expiresAt}::timestamptz from approved
      on conflict (verification_id) do nothing returning id as assertion_id, verification_id),
    issued as (select * from noted join approved using (verification_id)),
    ${auditEvents([issuedEvent(wanted.audience)], now)}
    select user_id, channel, decided_at, phone_verified_at, phone_method_id, sign_in_enabled_at from issued`;
}

const issuedEvent = (audience: string): AuditEvent => ({
  ...{ type: 'assertion.issued', from: sql`issued`, verificationId: sql`verification_id` },
  data: sql`jsonb_build_object('assertionId', assertion_id, 'audience', ${audience}::text)`,
});

/** A condition on the verification `v`: what was asked for by number is no verification of a user to those who ask. */
const isOf = (kind: NewAssertion['kind']): Sql =>
  kind === 'ofUser' ? sql`v.sign_in is null` : sql`v.sign_in is not null`;

/** What is known of a verification for which no assertion was issued. */
export interface NotIssued {
  isApprovedSignIn: boolean;
  isLate: boolean;
  wasIssued: boolean;
  isBlocked: boolean;
}

/** Selects why not: a `NotIssued`, or no row where the tenant has no such verification. */
export function whyNotIssued({ tenantId, verificationId, kind }: NewAssertion, now: Date): Sql {
  return sql`
    select v.purpose = 'signIn' and coalesce(v.outcome = 'approved', false) as is_approved_sign_in,
      coalesce(v.decided_at <= ${later(now, -ISSUED_WITHIN_S * 1000)}, false) as is_late,
      exists (select from sign_in_assertion a where a.verification_id = v.id) as was_issued,
      ${isBlocked('v', now)} as is_blocked
    from verification v where v.id = ${verificationId}::uuid and v.tenant_id = ${tenantId} and ${isOf(kind)}`;
}
