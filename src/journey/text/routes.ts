import { z } from 'zod';
import { type Caller, IdempotencyKey, VerificationId } from '../../api.ts';
import { TypedCode } from '../../domain/typed-code.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import { VERIFICATION_REFUSALS } from '../request/routes.ts';
import { toView, VerificationView } from '../request/verification-view.ts';
import type { CallInstead } from './call-instead.ts';
import type { CheckCode } from './check-code.ts';
import type { SendAgain } from './send-again.ts';

const CheckKey = IdempotencyKey.meta({
  description:
    'A code checked again with the same key has the same answer again, and is counted once; without a key, a right code that was checked before is refused',
});

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
  callInstead: CallInstead;
}

/** A call in the place of a text is checked as a request for a call. */
const OF_OTHER_REQUESTS: readonly string[] = ['idempotencyKey.reused', 'policy.textMessageRefused'];
const CALL_REFUSALS = VERIFICATION_REFUSALS.filter((code) => !OF_OTHER_REQUESTS.includes(code));

/** `/v1/verifications/{id}/check`, `/resend` and `/call-instead`. */
export function textRoutes({ checkCode, sendAgain, callInstead }: TextActions) {
  return [
    defineRoute({
      ...shared,
      path: '/v1/verifications/:id/check',
      summary: 'Check the code of a text message',
      operationId: 'checkCode',
      headers: z.object({ 'idempotency-key': CheckKey }),
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
        'code.replacedByCall',
      ],
      async handle({ params, headers, body, caller }) {
        const key = headers['idempotency-key'];
        return { status: 200, body: toView(await checkCode(caller.tenantId, params.id, body.code, key)) };
      },
    }),
    defineRoute({
      ...shared,
      path: '/v1/verifications/:id/resend',
      summary: 'Send the text message of a verification again, with the same code',
      operationId: 'resendCode',
      responses: { 202: { description: 'The text message is queued once more', schema: VerificationView } },
      problems: [
        ...(['verification.notFound', 'verification.alreadyDecided', 'code.notSent'] as const),
        ...(['limit.reached', 'spending.limitReached'] as const),
      ],
      async handle({ params, caller }) {
        return { status: 202, body: toView(await sendAgain(caller.tenantId, params.id)) };
      },
    }),
    defineRoute({
      ...shared,
      path: '/v1/verifications/:id/call-instead',
      summary: 'Call the phone to which a text message was sent, in the same verification',
      operationId: 'callInstead',
      responses: {
        202: {
          description:
            'The call is queued, by this request or an earlier one; the code is not checked any more',
          schema: VerificationView,
        },
      },
      problems: [
        ...(['verification.notFound', 'verification.alreadyDecided', 'code.notSent'] as const),
        'code.alreadyTyped',
        'policy.callInsteadRefused',
        ...CALL_REFUSALS,
      ],
      async handle({ params, caller }) {
        return { status: 202, body: toView(await callInstead(caller.tenantId, params.id)) };
      },
    }),
  ];
}
