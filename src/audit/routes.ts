import { z } from 'zod';
import { defineRoute, listLimit, UserId } from '../api.ts';
import { AUDIT_TYPES } from '../domain/audit-event.ts';
import { nameOfPlace, PlaceName, TimeInQuery } from '../domain/place-in-list.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import { streamAnswer } from '../platform/http/answers.ts';
import type { AuditStore } from './audit-store.ts';
import { AuditEventView, toView } from './audit-view.ts';
import { auditLines } from './export-audit.ts';
import { createSendExport } from './send-export.ts';

const path = '/v1/audit-events';
const MOST_AT_ONCE = 100;

const FoundAuditEvents = z
  .object({
    value: z.array(AuditEventView),
    next: z.string().nullable().meta({
      description:
        'What to send as `after` to go on; null: there are no more. An answer may have fewer events than `limit`, or none, and still a `next`',
    }),
  })
  .meta({ id: 'FoundAuditEvents' });

const Range = z.object({
  userId: UserId.optional(),
  from: TimeInQuery.optional().meta({ description: 'Only those of this time and later, ISO 8601' }),
  to: TimeInQuery.optional().meta({ description: 'Only those before this time, ISO 8601' }),
});

/** `/v1/audit-events`: who changed what. */
export function auditRoutes({ store, clock, log }: { store: AuditStore; clock: Clock; log: Logger }) {
  const exports = createSendExport({ log });
  return [
    defineRoute({
      method: 'get',
      path,
      summary: 'List audit events, newest first',
      operationId: 'listAuditEvents',
      scope: 'audit:read',
      query: Range.extend({
        type: z.enum(AUDIT_TYPES).optional(),
        limit: listLimit(MOST_AT_ONCE),
        after: PlaceName.optional().meta({ description: '`next` of the answer before' }),
      }),
      responses: { 200: { description: 'The events', schema: FoundAuditEvents } },
      problems: [],
      async handle({ query: { after, ...wanted }, caller: { tenantId } }) {
        const { events, next } = await store.find({ ...wanted, tenantId, before: after });
        return { status: 200, body: { value: events.map(toView), next: nameOfPlace(next) } };
      },
    }),
    defineRoute({
      method: 'get',
      path: `${path}/export`,
      summary: 'Export audit events, oldest first, one JSON object a line',
      operationId: 'exportAuditEvents',
      scope: 'audit:read',
      query: Range,
      responses: {
        200: streamAnswer(
          'One `AuditEvent` a line (JSON Lines). It is complete if the answer ends properly; a connection that breaks leaves it incomplete',
          'application/jsonl; charset=utf-8',
        ),
      },
      problems: [],
      async handle({ query, caller: { tenantId } }) {
        exports.assertRoom(tenantId);
        const lines = auditLines(store, { ...query, tenantId, to: query.to ?? clock.now() });
        return { status: 200, body: (res) => exports.start(tenantId, lines, res) };
      },
    }),
  ];
}
