import { z } from 'zod';
import { type Caller, IdempotencyKey, VerificationId } from '../../api.ts';
import { TypedCode } from '../../domain/typed-code.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import type { UserFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import type { CheckSignIn } from './check-sign-in.ts';
import type { ReadSignIn } from './follow-sign-in.ts';
import type { RequestSignIn } from './request-sign-in.ts';
import { ApprovedSignIn, NewSignInBody, SignInView, type ToldSignIn, type toSignInView } from './schemas.ts';

const defineRoute = routeDefiner<Caller & { facts: UserFacts }>();

/** What the REST API lets a backend do with sign-ins by number. */
export interface SignInActions {
  requestSignIn: RequestSignIn;
  readSignIn: ReadSignIn;
  checkSignIn: CheckSignIn;
  sendSignInAgain: (tenantId: string, id: string) => Promise<Verification>;
  cancelSignIn: (tenantId: string, id: string) => Promise<Verification>;
  /** How a sign-in is told now. */
  viewSignIn: (signIn: ToldSignIn) => ReturnType<typeof toSignInView>;
}

const ofOne = {
  scope: 'verifications:write',
  params: z.object({ id: VerificationId }),
} as const;

/** `/v1/sign-ins`. */
export function signInRoutes(actions: SignInActions) {
  return [
    requestRoute(actions),
    readRoute(actions),
    checkRoute(actions),
    resendRoute(actions),
    cancelRoute(actions),
  ];
}

const routeHeaders = z.object({ Location: z.string().meta({ description: 'The path of the sign-in' }) });

function requestRoute({ requestSignIn, viewSignIn }: SignInActions) {
  return defineRoute({
    method: 'post',
    path: '/v1/sign-ins',
    summary: 'Start a sign-in by phone number: texts a code to the number, if it is a user name',
    operationId: 'requestSignIn',
    scope: 'verifications:write',
    headers: z.object({
      'idempotency-key': IdempotencyKey.meta({
        description:
          'A request repeated with the same key and body returns the same sign-in and never causes a second text',
      }),
    }),
    body: NewSignInBody,
    responses: {
      201: {
        description: 'The sign-in is pending. It looks the same where the number is nobody’s',
        schema: SignInView,
        routeHeaders,
      },
      200: {
        description: 'The sign-in that was requested before with this idempotency key and body',
        schema: SignInView,
        routeHeaders,
      },
    },
    problems: [
      ...(['policy.smsSignInRefused', 'policy.mobilePhoneRefused', 'policy.textMessageRefused'] as const),
      ...([
        'policy.audienceRefused',
        'number.invalid',
        'number.typeRefused',
        'number.countryRefused',
      ] as const),
      ...(['number.extensionUnsupported', 'locale.unsupported', 'limit.reached'] as const),
      ...(['spending.limitReached', 'line.tooBusy', 'idempotencyKey.reused'] as const),
    ],
    async handle({ body, headers, caller: { tenantId, facts } }) {
      const own = {
        tenantId,
        policyVersion: facts.policyVersion,
        idempotencyKey: headers['idempotency-key'],
      };
      const { signIn, replayed } = await requestSignIn({ ...body, ...own });
      const location = { Location: `/v1/sign-ins/${signIn.id}` };
      return { status: replayed ? 200 : 201, body: viewSignIn(signIn), headers: location };
    },
  });
}

function readRoute({ readSignIn, viewSignIn }: SignInActions) {
  return defineRoute({
    ...ofOne,
    method: 'get',
    path: '/v1/sign-ins/:id',
    summary: 'Read a sign-in by number',
    operationId: 'readSignIn',
    scope: 'read',
    responses: { 200: { description: 'How far it is, as far as that is told', schema: SignInView } },
    problems: ['signIn.notFound'],
    async handle({ params, caller }) {
      return { status: 200, body: viewSignIn(await readSignIn(caller.tenantId, params.id)) };
    },
  });
}

function checkRoute({ checkSignIn, viewSignIn }: SignInActions) {
  return defineRoute({
    ...ofOne,
    method: 'post',
    path: '/v1/sign-ins/:id/check',
    summary: 'Check the code of a sign-in by number; the right one gives a signed assertion of who it is',
    operationId: 'checkSignIn',
    body: z.strictObject({ code: TypedCode }).meta({ id: 'SignInCode' }),
    responses: { 200: { description: 'The code is right', schema: ApprovedSignIn } },
    problems: ['signIn.notFound', 'signIn.alreadyDecided', 'code.wrong', 'code.expired'],
    async handle({ params, body, caller }) {
      const { signIn, assertionExpiresAt, ...approved } = await checkSignIn(
        caller.tenantId,
        params.id,
        body.code,
      );
      const view = { ...viewSignIn(signIn), ...approved };
      return { status: 200, body: { ...view, assertionExpiresAt: assertionExpiresAt.toISOString() } };
    },
  });
}

function resendRoute({ sendSignInAgain, viewSignIn }: SignInActions) {
  return defineRoute({
    ...ofOne,
    method: 'post',
    path: '/v1/sign-ins/:id/resend',
    summary: 'Send the text message of a sign-in by number again, with the same code',
    operationId: 'resendSignIn',
    responses: {
      202: {
        description: 'The text message is sent once more, if there is anybody to get it',
        schema: SignInView,
      },
    },
    problems: ['signIn.notFound', 'signIn.alreadyDecided', 'limit.reached', 'spending.limitReached'],
    async handle({ params, caller }) {
      return { status: 202, body: viewSignIn(await sendSignInAgain(caller.tenantId, params.id)) };
    },
  });
}

function cancelRoute({ cancelSignIn, viewSignIn }: SignInActions) {
  return defineRoute({
    ...ofOne,
    method: 'post',
    path: '/v1/sign-ins/:id/cancel',
    summary: 'Cancel a sign-in by number that is pending',
    operationId: 'cancelSignIn',
    responses: {
      200: { description: 'It is canceled, by this request or an earlier one', schema: SignInView },
    },
    problems: ['signIn.notFound', 'signIn.alreadyDecided'],
    async handle({ params, caller }) {
      return { status: 200, body: viewSignIn(await cancelSignIn(caller.tenantId, params.id)) };
    },
  });
}
