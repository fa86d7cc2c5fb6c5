/** The audit trail: every statement that changes security says so in an audit event of its own, and by these functions only. */
import { randomUUIDv7 } from 'node:crypto';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { currentActor } from './actor.ts';

/** What audit events tell of. */
export const AUDIT_TYPES = [
  'verification.finished',
  'verification.fraudReported',
  'phoneMethod.registered',
  'phoneMethod.removed',
  'phoneMethod.added',
  'phoneMethod.changed',
  'phoneMethod.defaultSet',
  'phoneMethod.smsSignInEnabled',
  'phoneMethod.smsSignInDisabled',
  'phoneMethod.smsSignInContested',
  'user.reregistrationRequired',
  'appPassword.issued',
  'appPassword.created',
  'appPassword.guessed',
  'appPassword.wrongService',
  'user.passwordWasReset',
  'appPassword.revealed',
  'appPassword.revoked',
  'appServer.created',
  'appServer.revoked',
  'assertion.issued',
  'assertion.redeemed',
  'user.blocked',
  'user.unblocked',
  'user.erased',
  'challenge.unlocked',
  'userProfile.changed',
  'policy.changed',
  'apiKey.created',
  'apiKey.revoked',
  'webhookEndpoint.set',
  'webhookEndpoint.secretRotated',
  'webhookEndpoint.removed',
  'webhookMessage.resent',
  'suppressedNumber.allowed',
  'pbxProfile.set',
  'pbxProfile.removed',
  'webhookEndpoint.secretResealed',
  'tenant.created',
  'selfService.linkCreated',
  'selfService.linkUsed',
  'tenantDomain.added',
  'tenantDomain.removed',
  'entraPhoneProvider.created',
  'entraPhoneProvider.changed',
  'entraPhoneProvider.removed',
  'entraPhoneProvider.keyAdded',
  'entraPhoneProvider.keyRetired',
  'deliveryHook.created',
  'deliveryHook.removed',
  'enrolmentCode.created',
  'enrolmentCode.removed',
  'enrolmentCode.used',
  'entraMethod.created',
  'entraMethod.changed',
  'entraMethod.removed',
  'entraMethod.answered',
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

/** One audit event for each row that `from` has. Nothing in it may be a secret or a whole number. */
export interface AuditEvent {
  type: AuditType;
  /** What stands after `from`: the rows that were changed, such as `done where …`. */
  from: Sql;
  /** A JSON object. */
  data: Sql;
  /** By default the column `tenant_id` of `from`. */
  tenantId?: Sql;
  /** By default the column `user_id` of `from`; null: the event is about no user. */
  userId?: Sql | null;
  verificationId?: Sql;
  /** The outcome of the verification that the event is about. */
  outcome?: Sql;
  /** True where `from` may have more than one row. */
  many?: boolean;
}

/**
 * `audit`: a part of the statement that makes a change, `name as (insert …)`. Either both are written or neither. The
 * events name who acts at present.
 */
export function auditEvents(events: readonly AuditEvent[], now: Date): Sql {
  const rows = join(
    events.map((event) => rowsOf(event, now)),
    ' union all ',
  );
  return sql`audit as (
    insert into audit_event (id, tenant_id, user_id, verification_id, type, data, outcome, at, actor_type, actor_id,
      actor_name, client_address) ${rows})`;
}

/** Ids that begin with the time, as those of version 7 (RFC 9562): the server adds another random end for each row. */
function severalIds(): Sql {
  return sql`(${randomUUIDv7().slice(0, 15)}::text || substr(gen_random_uuid()::text, 16))::uuid`;
}

const COLUMN = { tenantId: raw('tenant_id'), userId: raw('user_id'), none: raw('null') };

function rowsOf(event: AuditEvent, now: Date): Sql {
  const { type, from, data, tenantId = COLUMN.tenantId, userId = COLUMN.userId, many = false } = event;
  const { verificationId = COLUMN.none, outcome = COLUMN.none } = event;
  const actor = currentActor();
  const id = many ? severalIds() : sql`${randomUUIDv7()}::uuid`;
  return sql`select ${id}, ${tenantId}::text, ${userId ?? COLUMN.none}::text, ${verificationId}::uuid, ${type}::text,
      ${data}, ${outcome}::text, ${now}::timestamptz, ${actor.type}::text, ${actor.id}::text, ${actor.name}::text,
      ${actor.clientAddress}::text from ${from}`;
}
