import { z } from 'zod';
import { defineRoute, Instant, listLimit } from '../api.ts';
import { MESSAGE_STATES, type OutboxMessage, type OutboxMessages } from './messages.ts';

const MOST_AT_ONCE = 100;
const MessageId = z.guid('This must be a UUID, as the list of messages shows it.');

/** Also a type of the client. */
export const MessageView = z
  .object({
    id: z.guid().meta({ description: 'The `webhook-id` header of the message' }),
    type: z.string().meta({ example: 'verification.finished' }),
    verificationId: z.guid().nullable(),
    data: z.record(z.string(), z.unknown()).meta({ description: 'The data as it is posted' }),
    createdAt: Instant,
    attempts: z
      .int()
      .meta({ description: 'Delivery attempts, counted from the last time it was sent again' }),
    lastError: z.string().nullable().meta({ description: 'Why the last attempt failed' }),
    nextAttemptAt: Instant.nullable().meta({ description: 'Null when it is delivered or dead' }),
    deliveredAt: Instant.nullable(),
    deadAt: Instant.nullable(),
  })
  .meta({ id: 'WebhookMessage' });

/** `/v1/webhook-messages`: what became of messages, and sending dead ones again. */
export function webhookMessageRoutes(messages: OutboxMessages) {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/webhook-messages',
      summary: 'List messages to the webhook endpoint, oldest first',
      operationId: 'listWebhookMessages',
      scope: 'read',
      query: z.object({
        state: z.enum(MESSAGE_STATES),
        limit: listLimit(MOST_AT_ONCE),
        after: MessageId.optional().meta({ description: 'The id of the last message of the previous page' }),
      }),
      responses: {
        200: { description: 'The messages', schema: z.object({ value: z.array(MessageView) }) },
      },
      problems: [],
      async handle({ query, caller }) {
        const found = await messages.list({ ...query, tenantId: caller.tenantId });
        return { status: 200, body: { value: found.map(toView) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/webhook-messages/:id/resend',
      summary: 'Send a dead outcome webhook again',
      operationId: 'resendWebhookMessage',
      scope: 'verifications:write',
      params: z.object({ id: MessageId }),
      responses: {
        200: { description: 'The message is due now and is tried for another day', schema: MessageView },
      },
      problems: ['webhookMessage.notFound', 'webhookMessage.notDead', 'webhookEndpoint.notFound'],
      async handle({ params, caller }) {
        const message = await messages.resend({ id: params.id, tenantId: caller.tenantId });
        return { status: 200, body: toView(message) };
      },
    }),
  ];
}

function toView(message: OutboxMessage): z.input<typeof MessageView> {
  const { id, type, verificationId, payload, attempts, lastError, deliveredAt, deadAt } = message;
  const isOver = deliveredAt !== null || deadAt !== null;
  return {
    id,
    type,
    verificationId,
    data: payload,
    createdAt: message.createdAt.toISOString(),
    attempts,
    lastError,
    nextAttemptAt: isOver ? null : message.nextAttemptAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
    deadAt: deadAt?.toISOString() ?? null,
  };
}
