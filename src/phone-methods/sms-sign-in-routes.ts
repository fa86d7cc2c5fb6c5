import { z } from 'zod';
import { defineRoute, UserId } from '../api.ts';
import type { PhoneMethods } from './phone-methods.ts';
import { PhoneMethodId, PhoneMethodView, SmsSignInView } from './schemas.ts';

const ofUser = '/v1/users/:userId';
const params = z.object({ userId: UserId, id: PhoneMethodId });

/** Numbers as user names: `…/enable-sms-sign-in`, `…/disable-sms-sign-in` and `/v1/users/{userId}/sms-sign-in`. */
export function smsSignInRoutes({ enableSmsSignIn, disableSmsSignIn, readSmsSignIn, read }: PhoneMethods) {
  return [
    defineRoute({
      method: 'post',
      path: `${ofUser}/phone-methods/:id/enable-sms-sign-in`,
      params,
      summary: 'Let a user sign in with the number of a mobile',
      operationId: 'enableSmsSignIn',
      scope: 'users:write',
      responses: {
        200: { description: 'It is a user name now, or was before', schema: PhoneMethodView },
      },
      problems: [
        ...([
          'phoneMethod.notFound',
          'phoneMethod.smsSignInNotSupported',
          'policy.smsSignInRefused',
        ] as const),
        ...(['phoneMethod.notVerified', 'phoneMethod.numberInUse'] as const),
      ],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        await enableSmsSignIn({ tenantId, userId }, id);
        return { status: 200, body: await read({ tenantId, userId }, id) };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${ofUser}/phone-methods/:id/disable-sms-sign-in`,
      params,
      summary: 'Let nobody sign in with the number of a mobile any more; another user may have it then',
      operationId: 'disableSmsSignIn',
      scope: 'users:write',
      responses: {
        200: { description: 'It is no user name any more, or was none', schema: PhoneMethodView },
      },
      problems: ['phoneMethod.notFound', 'phoneMethod.smsSignInNotSupported'],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        await disableSmsSignIn({ tenantId, userId }, id);
        return { status: 200, body: await read({ tenantId, userId }, id) };
      },
    }),
    defineRoute({
      method: 'get',
      path: `${ofUser}/sms-sign-in`,
      params: z.object({ userId: UserId }),
      summary: 'Whether a user could sign in with a number, for a page that offers it',
      operationId: 'readSmsSignIn',
      scope: 'read',
      responses: {
        200: { description: 'About the mobile of the user; an unknown user has none', schema: SmsSignInView },
      },
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return { status: 200, body: await readSmsSignIn({ tenantId, userId }) };
      },
    }),
  ];
}
