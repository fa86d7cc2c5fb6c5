import { z } from 'zod';
import { defineRoute, Instant, LanguageTag, UserId } from '../../api.ts';
import type { CreateLink } from './create-link.ts';

/** Also a type of the client. */
export const NewSelfServiceLink = z
  .strictObject({
    locale: LanguageTag.optional().meta({
      description: 'The language of the page; by default that of the browser',
    }),
    returnUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .meta({
        description:
          'Where the page leads back to: one of the addresses in selfService.returnUrls of the policy',
        example: 'https://login.example.com/security',
      }),
  })
  .meta({ id: 'NewSelfServiceLink' });

/** Also a type of the client. */
export const SelfServiceLink = z
  .object({
    url: z.string().meta({
      description:
        'Opens the page of this user, once. It is a secret: whoever has it can change the phones of the user',
      example: 'https://mfa.example.com/my-phones/link/8Jq0…',
    }),
    expiresAt: Instant,
  })
  .meta({ id: 'SelfServiceLink' });

/** `/v1/users/{userId}/self-service-links`. */
export function selfServiceLinkRoutes(createLink: CreateLink) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/users/:userId/self-service-links',
      summary: 'Make a link to the page where a user sets up phones and app passwords',
      operationId: 'createSelfServiceLink',
      scope: 'users:write',
      params: z.object({ userId: UserId }),
      body: NewSelfServiceLink,
      responses: { 201: { description: 'The link; it cannot be read again', schema: SelfServiceLink } },
      problems: ['policy.selfServiceRefused', 'policy.returnUrlRefused'],
      async handle({ params: { userId }, body, caller: { tenantId } }) {
        const { locale = null, returnUrl = null } = body;
        const { url, expiresAt } = await createLink({ tenantId, userId, locale, returnUrl });
        return { status: 201, body: { url, expiresAt: expiresAt.toISOString() } };
      },
    }),
  ];
}
