import { z } from 'zod';
import { defineRoute, UserId } from '../api.ts';
import type { EraseUser } from './erase-user.ts';

/** Also a type of the client. */
export const ErasedView = z
  .object({
    verifications: z.int().meta({ description: 'Verifications that name neither user nor number any more' }),
    phoneMethods: z.int(),
    appPasswords: z.int(),
    webhookMessages: z
      .int()
      .meta({ description: 'Outcome webhooks; those that were not delivered are not sent' }),
  })
  .meta({ id: 'Erased' });

/** `DELETE /v1/users/{userId}`. */
export function eraseUserRoute(eraseUser: EraseUser) {
  return defineRoute({
    method: 'delete',
    path: '/v1/users/:userId',
    summary: 'Erase everything personal about a user; it cannot be restored',
    operationId: 'eraseUser',
    scope: 'users:write',
    params: z.object({ userId: UserId }),
    responses: {
      200: {
        description: 'Nothing is left; how much there was. Fine also for an unknown user',
        schema: ErasedView,
      },
    },
    problems: ['user.verificationOpen'],
    async handle({ params: { userId }, caller: { tenantId } }) {
      return { status: 200, body: await eraseUser({ tenantId, userId }) };
    },
  });
}
