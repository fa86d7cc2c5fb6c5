import { z } from 'zod';
import { type Caller, VerificationId } from '../../api.ts';
import { TypedCode } from '../../domain/typed-code.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import { toView, VerificationView } from '../request/verification-view.ts';
import type { CheckCode } from './check-code.ts';
import type { SendAgain } from './send-again.ts';

const defineRoute = routeDefiner<Caller>();
const shared = {
  method: 'post',
  scope: 'verifications:write',
  params: z.object({ id: VerificationId }),
} as const;

/** What the REST API lets a backend do with verifications by text message. */
export interface TextActions {
  checkCode: CheckCode;
  sendAgain: SendAgain;
}

/** `/v1/verifications/{id}/check` and `/resend`. */
export function textRoutes({ checkCode, sendAgain }: TextActions) {
  return [
    defineRoute({
      ...shared,
      path: '/v1/verifications/:id/check',
      summary: 'Check the code of a text message',
      operationId: 'checkCode',
      body: z.strictObject({ code: TypedCode }).meta({ id: 'CodeToCheck' }),
      responses: {
        200: {
          description: 'The code is right: the verification is approved and finished',
          schema: VerificationView,
        },
      },
      problems: [
        'verification.notFound',
        'verification.alreadyDecided',
        'code.wrong',
        'code.expired',
        'code.notSent',
        'limit.reached',
      ],
      async handle({ params, body, caller }) {
        return { status: 200, body: toView(await checkCode(caller.tenantId, params.id, body.code)) };
      },
    }),
    defineRoute({
      ...shared,
      path: '/v1/verifications/:id/resend',
      summary: 'Send the text message of a verification again, with the same code',
      operationId: 'resendCode',
      responses: { 202: { description: 'The text message is queued once more', schema: VerificationView } },
      problems: ['verification.notFound', 'verification.alreadyDecided', 'code.notSent', 'limit.reached'],
      async handle({ params, caller }) {
        return { status: 202, body: toView(await sendAgain(caller.tenantId, params.id)) };
      },
    }),
  ];
}
