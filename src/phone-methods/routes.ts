import { z } from 'zod';
import { defineRoute, Instant, UserId } from '../api.ts';
import type { PhoneMethod } from './list.ts';

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

/** `/v1/users/{userId}/phone-methods`. */
export function phoneMethodRoutes(actions: {
  listPhoneMethods(owner: { tenantId: string; userId: string }): Promise<PhoneMethod[]>;
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
  ];
}
