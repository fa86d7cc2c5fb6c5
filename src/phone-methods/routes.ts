import { z } from 'zod';
import { defineRoute, UserId } from '../api.ts';
import type { PhoneMethods } from './phone-methods.ts';
import {
  NewPhoneMethod,
  PhoneMethodChange,
  PhoneMethodId,
  PhoneMethodView,
  ReregistrationView,
} from './schemas.ts';
import { smsSignInRoutes } from './sms-sign-in-routes.ts';

const Removed = z
  .object({ appPasswordsRevoked: z.int().meta({ description: 'How many app passwords were revoked' }) })
  .meta({ id: 'RemovedPhoneMethod' });

const path = '/v1/users/:userId/phone-methods';
const ofUser = { path, params: z.object({ userId: UserId }) } as const;
const ofOne = { path: `${path}/:id`, params: z.object({ userId: UserId, id: PhoneMethodId }) } as const;

/** `/v1/users/{userId}/phone-methods`. */
export function phoneMethodRoutes(methods: PhoneMethods) {
  return [
    ...readingRoutes(methods),
    ...enteringRoutes(methods),
    ...changingRoutes(methods),
    ...smsSignInRoutes(methods),
  ];
}

function readingRoutes({ list, read }: PhoneMethods) {
  return [
    defineRoute({
      ...ofUser,
      method: 'get',
      summary: "List a user's phone methods",
      operationId: 'listPhoneMethods',
      scope: 'read',
      responses: {
        200: {
          description: "The user's phone methods, oldest first",
          schema: z.object({ value: z.array(PhoneMethodView) }),
        },
      },
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return { status: 200, body: { value: await list({ tenantId, userId }) } };
      },
    }),
    defineRoute({
      ...ofOne,
      method: 'get',
      summary: 'Read a phone method of a user',
      operationId: 'readPhoneMethod',
      scope: 'read',
      responses: { 200: { description: 'The phone method', schema: PhoneMethodView } },
      problems: ['phoneMethod.notFound'],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        return { status: 200, body: await read({ tenantId, userId }, id) };
      },
    }),
  ];
}

const NUMBER_PROBLEMS = [
  ...(['number.invalid', 'number.typeRefused', 'number.countryRefused'] as const),
  ...(['number.extensionUnsupported', 'policy.officePhoneRefused'] as const),
];

function enteringRoutes({ add, change, read }: PhoneMethods) {
  return [
    defineRoute({
      ...ofUser,
      method: 'post',
      summary: 'Enter a number for a user, who has to verify it before it counts',
      operationId: 'addPhoneMethod',
      scope: 'users:write',
      body: NewPhoneMethod,
      responses: {
        200: { description: 'The user had this number before; nothing is changed', schema: PhoneMethodView },
        201: { description: 'It is entered, and not verified', schema: PhoneMethodView },
      },
      problems: [
        ...NUMBER_PROBLEMS,
        'phoneMethod.typeTaken',
        'phoneMethod.mobileFirst',
        'phoneMethod.notFound',
      ],
      async handle({ params: { userId }, body, caller: { tenantId } }) {
        const { id, added } = await add({ tenantId, userId }, body);
        const method = await read({ tenantId, userId }, id);
        return added ? { status: 201, body: method } : { status: 200, body: method };
      },
    }),
    defineRoute({
      ...ofOne,
      method: 'patch',
      summary: 'Put another number in place of one; the user has to verify it before it counts',
      operationId: 'changePhoneMethod',
      scope: 'users:write',
      body: PhoneMethodChange,
      responses: {
        200: {
          description: 'The phone method; unchanged if it had this number before',
          schema: PhoneMethodView,
        },
      },
      problems: [...NUMBER_PROBLEMS, 'phoneMethod.notFound', 'phoneMethod.isDefault'],
      async handle({ params: { userId, id }, body, caller: { tenantId } }) {
        await change({ tenantId, userId }, id, body);
        return { status: 200, body: await read({ tenantId, userId }, id) };
      },
    }),
  ];
}

function changingRoutes({ setDefault, read, remove, requireReregistration }: PhoneMethods) {
  return [
    defineRoute({
      ...ofOne,
      path: `${path}/:id/set-default`,
      method: 'post',
      summary: 'Make a verified phone method the default',
      operationId: 'setDefaultPhoneMethod',
      scope: 'users:write',
      responses: { 200: { description: 'It is the default', schema: PhoneMethodView } },
      problems: ['phoneMethod.notFound', 'phoneMethod.notVerified'],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        await setDefault({ tenantId, userId }, id);
        return { status: 200, body: await read({ tenantId, userId }, id) };
      },
    }),
    defineRoute({
      ...ofOne,
      method: 'delete',
      summary:
        'Remove a phone method of a user and, as the policy says, revoke the app passwords of the user',
      operationId: 'removePhoneMethod',
      scope: 'users:write',
      responses: { 200: { description: 'It is removed; it does not sign in any more', schema: Removed } },
      problems: ['phoneMethod.notFound', 'phoneMethod.isDefault', 'phoneMethod.mobileNeeded'],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        const appPasswordsRevoked = await remove({ tenantId, userId }, id);
        return { status: 200, body: { appPasswordsRevoked } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/users/:userId/require-reregistration',
      params: z.object({ userId: UserId }),
      summary: "Have a user verify all phone methods again; they don't count until then",
      operationId: 'requireReregistration',
      scope: 'users:write',
      responses: { 200: { description: 'How much there was to do', schema: ReregistrationView } },
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return { status: 200, body: await requireReregistration({ tenantId, userId }) };
      },
    }),
  ];
}
