import { z } from 'zod';
import { defineRoute, Instant, UserId } from '../api.ts';
import type { PhoneMethod } from './list.ts';
import type { RemovePhoneMethod } from './remove.ts';

/** Also a type of the client. */
export const PhoneMethodView = z
  .object({
    id: z.guid(),
    phoneNumber: z
      .string()
      .meta({ description: 'In the format of Microsoft Graph', example: '+46 812345678x1234' }),
    phoneType: z.string().meta({ example: 'office' }),
    smsSignInState: z.string().meta({ example: 'notSupported' }),
    createdDateTime: Instant,
  })
  .meta({ id: 'PhoneMethod' });

const PhoneMethodId = z.guid('This must be a UUID, as the list of phone methods shows it.');

const Removed = z
  .object({ appPasswordsRevoked: z.int().meta({ description: 'How many app passwords were revoked' }) })
  .meta({ id: 'RemovedPhoneMethod' });

/** `/v1/users/{userId}/phone-methods`. */
export function phoneMethodRoutes(actions: {
  listPhoneMethods(owner: { tenantId: string; userId: string }): Promise<PhoneMethod[]>;
  removePhoneMethod: RemovePhoneMethod;
}) {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/users/:userId/phone-methods',
      summary: "List a user's phone methods",
      operationId: 'listPhoneMethods',
      scope: 'read',
      params: z.object({ userId: UserId }),
      responses: {
        200: {
          description: "The user's phone methods, oldest first",
          schema: z.object({ value: z.array(PhoneMethodView) }),
        },
      },
      problems: [],
      async handle({ params, caller }) {
        const value = await actions.listPhoneMethods({ tenantId: caller.tenantId, userId: params.userId });
        return { status: 200, body: { value } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/v1/users/:userId/phone-methods/:id',
      summary: 'Remove a phone method of a user and revoke the app passwords of the user',
      operationId: 'removePhoneMethod',
      scope: 'users:write',
      params: z.object({ userId: UserId, id: PhoneMethodId }),
      responses: { 200: { description: 'It is removed; it does not sign in any more', schema: Removed } },
      problems: ['phoneMethod.notFound'],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        const appPasswordsRevoked = await actions.removePhoneMethod({ tenantId, userId }, id);
        return { status: 200, body: { appPasswordsRevoked } };
      },
    }),
  ];
}
