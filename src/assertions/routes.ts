import { z } from 'zod';
import { defineRoute, Instant, UserId, VerificationId } from '../api.ts';
import { AskedAudience, Audience, Nonce } from '../domain/assertion-policy.ts';
import type { Assertions } from './assertions.ts';

/** A signed JWT in compact form; what it says is checked later. */
const Assertion = z
  .string()
  .max(4096)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'This must be an assertion: three parts in base64url with dots between.')
  .meta({
    description: 'A signed JWT in compact form',
    example: 'eyJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL21mYS5leGFtcGxlIn0.MEUCIQDx',
  });

/** Also a type of the client. */
export const Issued = z.object({ assertion: Assertion, expiresAt: Instant }).meta({ id: 'IssuedAssertion' });

/** Also a type of the client. */
export const Redeemed = z
  .object({
    assertionId: z.guid(),
    verificationId: VerificationId,
    userId: UserId,
    audience: Audience,
    amr: z.array(z.enum(['tel', 'sms'])).meta({
      description: 'How the user signed in (RFC 8176), exactly one: by call (tel) or by text message (sms)',
    }),
    authenticatedAt: Instant,
    phoneVerifiedAt: Instant,
  })
  .meta({ id: 'RedeemedAssertion' });

/** Also a type of the client. */
export const AssertionRequest = z
  .strictObject({ audience: AskedAudience.optional(), nonce: Nonce })
  .meta({ id: 'AssertionRequest' });

/** Also a type of the client. */
export const AssertionToRedeem = z
  .strictObject({ assertion: Assertion, audience: AskedAudience.optional(), nonce: Nonce })
  .meta({ id: 'AssertionToRedeem' });

/** `/v1/verifications/{id}/assertion` and `/v1/assertions/redeem`. */
export function assertionRoutes({ issue, redeem }: Assertions) {
  return [issueRoute(issue), redeemRoute(redeem)];
}

function issueRoute(issue: Assertions['issue']) {
  return defineRoute({
    method: 'post',
    path: '/v1/verifications/:id/assertion',
    summary: 'Issue the signed assertion of an approved sign-in, once and within two minutes',
    operationId: 'issueAssertion',
    scope: 'verifications:write',
    params: z.object({ id: VerificationId }),
    body: AssertionRequest,
    responses: { 200: { description: 'The assertion; it cannot be issued again', schema: Issued } },
    problems: [
      ...(['policy.audienceRefused', 'verification.notFound', 'assertion.notApproved'] as const),
      ...(['assertion.alreadyIssued', 'assertion.tooLate', 'user.blocked', 'assertion.withdrawn'] as const),
    ],
    async handle({ params, body: { audience = null, nonce }, caller: { tenantId } }) {
      const wanted = { tenantId, verificationId: params.id, audience, nonce, kind: 'ofUser' } as const;
      const { assertion, expiresAt } = await issue(wanted);
      return { status: 200, body: { assertion, expiresAt: expiresAt.toISOString() } };
    },
  });
}

function redeemRoute(redeem: Assertions['redeem']) {
  return defineRoute({
    method: 'post',
    path: '/v1/assertions/redeem',
    summary: 'Redeem an assertion, once: checks it, and whether the sign-in still counts',
    operationId: 'redeemAssertion',
    scope: 'verifications:write',
    body: AssertionToRedeem,
    responses: { 200: { description: 'The assertion is valid: let the user in', schema: Redeemed } },
    problems: [
      ...(['assertion.invalid', 'assertion.expired', 'assertion.alreadyRedeemed'] as const),
      ...(['user.blocked', 'assertion.withdrawn'] as const),
    ],
    async handle({ body: { audience = null, ...given }, caller: { tenantId } }) {
      const { authenticatedAt, phoneVerifiedAt, ...redeemed } = await redeem({
        ...given,
        audience,
        tenantId,
      });
      const times = {
        authenticatedAt: authenticatedAt.toISOString(),
        phoneVerifiedAt: phoneVerifiedAt.toISOString(),
      };
      return { status: 200, body: { ...redeemed, ...times } };
    },
  });
}
