import { z } from 'zod';
import { defineRoute, Instant, LanguageTag } from '../../api.ts';
import { AskedAudience, Nonce } from '../../domain/assertion-policy.ts';
import type { CreateSignInPage } from './create-page.ts';

const Address = z.url({ protocol: /^https?$/ }).max(2000);

/** Also a type of the client. */
export const NewSignInPage = z
  .strictObject({
    returnUrl: Address.meta({
      description:
        'Where the browser posts the assertion to: one of the addresses in selfService.returnUrls of the policy',
      example: 'https://login.example.com/signed-in',
    }),
    nonce: Nonce,
    state: z
      .string()
      .regex(/^[\x20-\x7e]{1,512}$/, 'This must be 1 to 512 printable ASCII characters.')
      .optional()
      .meta({
        description:
          'Posted with the assertion, unchanged: a random value that the browser has from you, so that nobody is signed in as somebody else',
        example: 'af0ifjsldkj',
      }),
    audience: AskedAudience.optional(),
    locale: LanguageTag.optional().meta({
      description: 'The language of the page and of the text message; by default that of the browser',
    }),
    otherWayUrl: Address.optional().meta({
      description:
        'Where people go who cannot sign in so, likewise one of the addresses in the policy; without it the page offers no other way',
      example: 'https://login.example.com/',
    }),
  })
  .meta({ id: 'NewSignInPage' });

/** Also a type of the client. */
export const SignInPageLink = z
  .object({
    url: z.string().meta({
      description:
        'Send the person there. It works in the browser that uses it first, and opening it changes nothing',
      example: 'https://mfa.example.com/sign-in/link/8Jq0…',
    }),
    expiresAt: Instant.meta({
      description: 'Until then a number can be typed; its code lasts ten minutes from that on',
    }),
  })
  .meta({ id: 'SignInPageLink' });

/** `/v1/sign-in-pages`. */
export function signInPageRoutes(createSignInPage: CreateSignInPage) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/sign-in-pages',
      summary: 'Make a page on which a person signs in with a phone number, and comes back with an assertion',
      operationId: 'createSignInPage',
      scope: 'verifications:write',
      body: NewSignInPage,
      responses: {
        201: { description: 'The page; its address cannot be read again', schema: SignInPageLink },
      },
      problems: [
        ...(['policy.smsSignInRefused', 'policy.mobilePhoneRefused', 'policy.textMessageRefused'] as const),
        ...(['policy.audienceRefused', 'policy.returnUrlRefused'] as const),
      ],
      async handle({ body, caller: { tenantId } }) {
        const { state = null, audience = null, locale = null, otherWayUrl = null, ...asked } = body;
        const optional = { state, audience, locale, otherWayUrl };
        const { url, expiresAt } = await createSignInPage({ ...asked, ...optional, tenantId });
        return { status: 201, body: { url, expiresAt: expiresAt.toISOString() } };
      },
    }),
  ];
}
