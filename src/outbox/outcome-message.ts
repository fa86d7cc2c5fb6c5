import { randomUUIDv7 } from 'node:crypto';
import sql, { raw, type Sql } from 'sql-template-tag';

/**
 * `name`: a message about the finished verification in `done`, if its tenant has an endpoint. Ids and words only.
 * @param message.phoneMethodId the id of the phone that was registered, or null
 */
export function writeOutcomeMessage(
  message: { name: string; type: string; phoneMethodId: Sql; appPasswordId: Sql },
  now: Date,
): Sql {
  return sql`${raw(message.name)} as (
    insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at)
    select ${randomUUIDv7()}::uuid, tenant_id, id, ${message.type}::text,
      jsonb_build_object('verificationId', id, 'userId', user_id, 'purpose', purpose, 'channel', channel,
        'phoneType', phone_type, 'outcome', outcome, 'errorCode', error_code, 'finishedAt', ${now.toISOString()}::text,
        'phoneMethodId', ${message.phoneMethodId}, 'appPasswordId', ${message.appPasswordId}),
      ${now}::timestamptz, ${now}::timestamptz
    from done where exists (select from webhook_endpoint where webhook_endpoint.tenant_id = done.tenant_id))`;
}
