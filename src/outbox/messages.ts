import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';

/** How a message stands. */
export const MESSAGE_STATES = ['waiting', 'delivered', 'dead'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** A message as its tenant and operators see it. */
export interface OutboxMessage {
  /** UUID; what receivers know the message by. */
  id: string;
  tenantId: string;
  verificationId: string | null;
  type: string;
  payload: Record<string, unknown>;
  createdAt: Date;
  nextAttemptAt: Date;
  attempts: number;
  lastError: string | null;
  deliveredAt: Date | null;
  deadAt: Date | null;
}

/** Whose messages: a tenant's, or without it those of all tenants, for operators. */
interface Whose {
  tenantId?: string;
}

const COLUMNS = [
  'id',
  'tenantId',
  'verificationId',
  'type',
  'payload',
  'createdAt',
  'nextAttemptAt',
  'attempts',
  'lastError',
  'deliveredAt',
  'deadAt',
] as const;

/** Looking at messages and sending dead ones again. */
export type OutboxMessages = ReturnType<typeof createOutboxMessages>;

/** @param deps.onResent called when a message is due again */
export function createOutboxMessages(deps: { db: Kysely<Registry>; clock: Clock; onResent?: () => void }) {
  return {
    /**
     * Messages in a state, oldest first.
     * @param wanted.after id of the message after which to go on
     */
    async list(
      wanted: Whose & { state: MessageState; limit: number; after?: string | undefined },
    ): Promise<OutboxMessage[]> {
      const { tenantId, state, after } = wanted;
      let query = deps.db.selectFrom('outbox').select(COLUMNS).orderBy('sequence').limit(wanted.limit);
      if (tenantId !== undefined) query = query.where('tenantId', '=', tenantId);
      // As the predicates of the indexes are; what is delivered is never dead.
      if (state === 'waiting') query = query.where('deliveredAt', 'is', null).where('deadAt', 'is', null);
      else query = query.where(state === 'dead' ? 'deadAt' : 'deliveredAt', 'is not', null);
      if (after !== undefined)
        query = query.where('sequence', '>', ({ selectFrom }) =>
          selectFrom('outbox').select('sequence').where('id', '=', after),
        );
      return await query.execute();
    },

    /**
     * Makes a dead message due again, for another day. Later messages of its verification that wait will wait for it.
     * @param wanted.id a UUID
     * @throws ServiceError `webhookMessage.notFound`; `webhookMessage.notDead` when it was delivered or is still tried;
     * `webhookEndpoint.notFound` when there is nowhere to send it
     */
    async resend(wanted: Whose & { id: string }): Promise<OutboxMessage> {
      const message = await revive(deps.db, wanted, deps.clock.now());
      if (!message) throw await whyNot(deps.db, wanted);
      deps.onResent?.();
      return message;
    },
  };
}

async function revive(db: Kysely<Registry>, { id, tenantId }: Whose & { id: string }, now: Date) {
  const tenant = tenantId ?? null;
  const [message] = await runIn(db)<OutboxMessage>(sql`
    with revived as (
      update outbox o set dead_at = null, attempts = 0, next_attempt_at = ${now}, resent_at = ${now}
      where o.id = ${id}::uuid and o.dead_at is not null and (${tenant}::text is null or o.tenant_id = ${tenant})
        and exists (select from webhook_endpoint e where e.tenant_id = o.tenant_id)
      returning *),
    ${auditEvents([RESENT], now)}
    select id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, attempts, last_error, delivered_at,
      dead_at from revived`);
  return message;
}

const RESENT: AuditEvent = {
  ...{ type: 'webhookMessage.resent', from: sql`revived`, verificationId: sql`verification_id` },
  ...{ userId: sql`payload->>'userId'`, data: sql`jsonb_build_object('messageId', id, 'type', type)` },
};

async function whyNot(db: Kysely<Registry>, { id, tenantId }: Whose & { id: string }): Promise<ServiceError> {
  let query = db.selectFrom('outbox').select('deadAt').where('id', '=', id);
  if (tenantId !== undefined) query = query.where('tenantId', '=', tenantId);
  const message = await query.executeTakeFirst();
  if (!message)
    return new ServiceError(
      'webhookMessage.notFound',
      'There is no outcome webhook with this id. Use an id from the list.',
    );
  if (message.deadAt === null)
    return new ServiceError(
      'webhookMessage.notDead',
      'Only a dead outcome webhook can be sent again; this one was delivered or is still being tried.',
    );
  return new ServiceError(
    'webhookEndpoint.notFound',
    'This tenant has no webhook endpoint. Set one with PUT /v1/webhook-endpoint first.',
  );
}
