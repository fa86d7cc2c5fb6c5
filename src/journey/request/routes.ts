import { z } from 'zod';
import { defineRoute, VerificationId } from '../../api.ts';
import type { ReadVerification, VerificationRequest } from '../ports.ts';
import type { CallAttempt, Verification } from '../store/rows.ts';
import { NewVerificationBody } from './request-schema.ts';
import { toView, VerificationView } from './verification-view.ts';

/** What the REST API lets a backend do with verifications. */
export interface VerificationActions {
  requestVerification(
    request: VerificationRequest,
  ): Promise<{ verification: Verification; replayed: boolean }>;
  readVerification: ReadVerification;
  cancelVerification(tenantId: string, id: string): Promise<Verification>;
  /** The call that counts, or null before the first. */
  attemptOf(verification: Verification): Promise<CallAttempt | null>;
}

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'This must be 1 to 255 printable ASCII characters without spaces.')
  .optional()
  .meta({
    description: 'The same key with the same body gives the same verification again, never a second call',
  });

const idInPath = z.object({ id: VerificationId });

type Show = (verification: Verification) => Promise<z.input<typeof VerificationView>>;

/** `/v1/verifications`: request, read, cancel. */
export function verificationRoutes(actions: VerificationActions) {
  const show: Show = async (verification) => toView(verification, await actions.attemptOf(verification));
  return [
    requestRoute(actions, show),
    defineRoute({
      method: 'get',
      path: '/v1/verifications/:id',
      summary: 'Read a verification',
      operationId: 'readVerification',
      params: idInPath,
      responses: { 200: { description: 'The verification as it is now', schema: VerificationView } },
      problems: ['verification.notFound'],
      async handle({ params, caller }) {
        return { status: 200, body: await show(await actions.readVerification(caller.tenantId, params.id)) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/verifications/:id/cancel',
      summary: 'Cancel a verification that is still open',
      operationId: 'cancelVerification',
      params: idInPath,
      responses: { 200: { description: 'It is canceled, now or before', schema: VerificationView } },
      problems: ['verification.notFound', 'verification.alreadyDecided'],
      async handle({ params, caller }) {
        return {
          status: 200,
          body: await show(await actions.cancelVerification(caller.tenantId, params.id)),
        };
      },
    }),
  ];
}

function requestRoute(actions: VerificationActions, show: Show) {
  return defineRoute({
    method: 'post',
    path: '/v1/verifications',
    summary: 'Call an office phone and ask for the pound key',
    operationId: 'requestVerification',
    headers: z.object({ 'idempotency-key': IdempotencyKey }),
    body: NewVerificationBody,
    responses: {
      201: { description: 'The verification is queued', schema: VerificationView },
      200: {
        description: 'The idempotency key was used before with this body: that verification',
        schema: VerificationView,
      },
    },
    problems: [
      'number.invalid',
      'number.typeRefused',
      'number.countryRefused',
      'number.extensionUnsupported',
      'number.notRegistered',
      'extension.missing',
      'extension.tooLong',
      'locale.unsupported',
      'policy.officePhoneRefused',
      'idempotencyKey.reused',
      'appPassword.limitReached',
      'user.blocked',
      'pin.notSet',
      'limit.reached',
      'line.tooBusy',
    ],
    async handle({ body, headers, caller }) {
      const { verification, replayed } = await actions.requestVerification({
        ...body,
        tenantId: caller.tenantId,
        idempotencyKey: headers['idempotency-key'],
      });
      const location = { Location: `/v1/verifications/${verification.id}` };
      return { status: replayed ? 200 : 201, body: await show(verification), headers: location };
    },
  });
}
