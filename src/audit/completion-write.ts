import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, type AuditType, auditEvents } from '../domain/audit-event.ts';

/**
 * `audit`: keeps an audit event about the finished verification in `done`, and `also` those about what followed from it.
 * @param event.data a JSON object
 */
export function writeAuditEvent(
  {
    type,
    data,
    when = sql`true`,
    also = [],
  }: { type: AuditType; data: Sql; when?: Sql; also?: readonly AuditEvent[] },
  now: Date,
): Sql {
  const finished = {
    type,
    data,
    from: sql`done where ${when}`,
    verificationId: sql`id`,
    outcome: sql`outcome`,
  };
  return auditEvents([finished, ...also], now);
}
