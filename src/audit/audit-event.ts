import { randomUUIDv7 } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';

/** `audit`: keeps an audit event about the finished verification in `done`. @param event.data a JSON object */
export function writeAuditEvent(event: { type: string; data: Sql }, now: Date): Sql {
  return sql`audit as (
    insert into audit_event (id, tenant_id, user_id, verification_id, type, data, at)
    select ${randomUUIDv7()}::uuid, tenant_id, user_id, id, ${event.type}::text, ${event.data}, ${now}::timestamptz
    from done)`;
}
