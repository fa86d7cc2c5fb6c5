import { z } from 'zod';
import { defineRoute, Instant } from '../api.ts';
import { endpointUrl } from './endpoint-url.ts';
import type { WebhookEndpoint, WebhookEndpoints } from './endpoints.ts';
import { WebhookSecret } from './webhook-secret.ts';

const path = '/v1/webhook-endpoint';

/** Also a type of the client. */
export const EndpointView = z
  .object({
    url: z.string(),
    updatedAt: Instant,
    previousSecretUntil: Instant.nullable().meta({
      description: 'Until then messages carry a signature with the replaced secret as well',
    }),
  })
  .meta({ id: 'WebhookEndpoint' });

const secretShown = WebhookSecret.meta({ description: 'Shown this once' });

/**
 * `/v1/webhook-endpoint`: where a tenant's outcomes are posted.
 * @param rules.allowPrivate also http, and addresses that are not public
 */
export function webhookEndpointRoutes(endpoints: WebhookEndpoints, rules: { allowPrivate: boolean }) {
  const Endpoint = z
    .strictObject({ url: endpointUrl(rules.allowPrivate), secret: WebhookSecret.optional() })
    .meta({ id: 'NewWebhookEndpoint' });
  return [
    defineRoute({
      method: 'put',
      path,
      summary: 'Set where outcomes are posted; without a secret one is made',
      operationId: 'putWebhookEndpoint',
      body: Endpoint,
      responses: {
        200: {
          description: 'It is set; the secret is there if it was made just now',
          schema: EndpointView.extend({ secret: secretShown.optional() }),
        },
      },
      problems: [],
      async handle({ body, caller }) {
        const { secret, ...endpoint } = await endpoints.put(caller.tenantId, body);
        return { status: 200, body: { ...toView(endpoint), ...(secret ? { secret } : {}) } };
      },
    }),
    defineRoute({
      method: 'get',
      path,
      summary: 'Read where outcomes are posted',
      operationId: 'readWebhookEndpoint',
      responses: { 200: { description: 'The endpoint, without its secret', schema: EndpointView } },
      problems: ['webhookEndpoint.notFound'],
      async handle({ caller }) {
        return { status: 200, body: toView(await endpoints.read(caller.tenantId)) };
      },
    }),
    defineRoute({
      method: 'delete',
      path,
      summary: 'Remove the webhook endpoint; outcomes are posted no longer',
      operationId: 'removeWebhookEndpoint',
      responses: {
        200: {
          description:
            'It is removed. Messages that were not delivered are given up (`dead`); they can be sent again',
          schema: z.object({ undelivered: z.int() }),
        },
      },
      problems: ['webhookEndpoint.notFound'],
      async handle({ caller }) {
        return { status: 200, body: await endpoints.remove(caller.tenantId) };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${path}/rotate-secret`,
      summary: 'Replace the secret; for a day messages carry signatures with both',
      operationId: 'rotateWebhookSecret',
      responses: {
        200: { description: 'The new secret counts', schema: EndpointView.extend({ secret: secretShown }) },
      },
      problems: ['webhookEndpoint.notFound'],
      async handle({ caller }) {
        const { secret, ...endpoint } = await endpoints.rotateSecret(caller.tenantId);
        return { status: 200, body: { ...toView(endpoint), secret } };
      },
    }),
  ];
}

function toView({ url, updatedAt, previousSecretUntil }: WebhookEndpoint) {
  return {
    url,
    updatedAt: updatedAt.toISOString(),
    previousSecretUntil: previousSecretUntil?.toISOString() ?? null,
  };
}
