import { z } from 'zod';
import { type Caller, VerificationId } from '../../api.ts';
import type { ErrorCode } from '../../errors.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import type { ReadVerification, RequestVerification } from '../ports.ts';
import type { UserFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import { NewVerificationBody } from './request-schema.ts';
import { toView, VerificationView } from './verification-view.ts';

/** Who calls, and what is known of the user that the request names. */
const defineRoute = routeDefiner<Caller & { facts: UserFacts }>();

/** What the REST API lets a backend do with verifications. */
export interface VerificationActions {
  requestVerification: RequestVerification;
  readVerification: ReadVerification;
  cancelVerification(tenantId: string, id: string): Promise<Verification>;
}

/** A header that tells a repetition from another request. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'This must be 1 to 255 printable ASCII characters without spaces.')
  .optional()
  .meta({
    description:
      'A request repeated with the same key and body returns the same verification and never causes a second call',
  });

/** What a request for a verification can be refused with, besides being unreadable. */
export const VERIFICATION_REFUSALS = [
  'number.invalid',
  'number.typeRefused',
  'number.countryRefused',
  'number.extensionUnsupported',
  'number.notRegistered',
  'number.suppressed',
  'extension.missing',
  'extension.tooLong',
  'locale.unsupported',
  'policy.officePhoneRefused',
  'policy.mobilePhoneRefused',
  'policy.textMessageRefused',
  'idempotencyKey.reused',
  'appPassword.limitReached',
  'user.blocked',
  'pin.notSet',
  'challenge.locked',
  'verification.alreadyOpen',
  'limit.reached',
  'spending.limitReached',
  'line.tooBusy',
] as const satisfies readonly ErrorCode[];

const idInPath = z.object({ id: VerificationId });

/** `/v1/verifications`: request, read, cancel. */
export function verificationRoutes(actions: VerificationActions) {
  return [
    requestRoute(actions),
    defineRoute({
      method: 'get',
      path: '/v1/verifications/:id',
      summary: 'Read a verification',
      operationId: 'readVerification',
      scope: 'read',
      params: idInPath,
      responses: { 200: { description: 'The current state of the verification', schema: VerificationView } },
      problems: ['verification.notFound'],
      async handle({ params, caller }) {
        return { status: 200, body: toView(await actions.readVerification(caller.tenantId, params.id)) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/verifications/:id/cancel',
      summary: 'Cancel a verification that is not decided yet',
      operationId: 'cancelVerification',
      scope: 'verifications:write',
      params: idInPath,
      responses: {
        200: {
          description: 'The verification is canceled, by this request or an earlier one',
          schema: VerificationView,
        },
      },
      problems: ['verification.notFound', 'verification.alreadyDecided'],
      async handle({ params, caller }) {
        return {
          status: 200,
          body: toView(await actions.cancelVerification(caller.tenantId, params.id)),
        };
      },
    }),
  ];
}

const routeHeaders = z.object({ Location: z.string().meta({ description: 'The path of the verification' }) });

function requestRoute(actions: VerificationActions) {
  return defineRoute({
    method: 'post',
    path: '/v1/verifications',
    summary: 'Request a verification: call a phone and ask for the pound key, or text a code to a mobile',
    operationId: 'requestVerification',
    scope: 'verifications:write',
    headers: z.object({ 'idempotency-key': IdempotencyKey }),
    body: NewVerificationBody,
    responses: {
      201: { description: 'The verification is queued', schema: VerificationView, routeHeaders },
      200: {
        description: 'The verification that was requested before with this idempotency key and body',
        schema: VerificationView,
        routeHeaders,
      },
    },
    problems: VERIFICATION_REFUSALS,
    async handle({ body, headers, caller }) {
      const { tenantId } = caller;
      const request = { ...body, tenantId, idempotencyKey: headers['idempotency-key'] };
      const { verification, replayed } = await actions.requestVerification(request, caller.facts);
      const location = { Location: `/v1/verifications/${verification.id}` };
      return { status: replayed ? 200 : 201, body: toView(verification), headers: location };
    },
  });
}
