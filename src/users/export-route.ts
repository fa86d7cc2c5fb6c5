import { z } from 'zod';
import { defineRoute, UserId } from '../api.ts';
import type { ExportUser } from './export-user.ts';

const entries = (description: string) => z.array(z.record(z.string(), z.unknown())).meta({ description });

/** Also a type of the client. */
export const UserExportView = z
  .object({
    userId: UserId,
    phoneMethods: entries('With their whole numbers'),
    appPasswords: entries('Also those that are revoked; never what would open them'),
    block: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'The last block; one that is over has its end in the past, one that was ended by hand in 1970. Null: there was none',
    }),
    profile: z
      .object({ locale: z.string().nullable(), hasPin: z.boolean() })
      .nullable()
      .meta({ description: 'Null: none was set' }),
    lockedChallenges: entries('Challenges that were failed'),
    verifications: entries('With their whole numbers and what happened'),
    refusals: entries('Requests for verifications that were refused, of the last days'),
    auditEvents: entries('Oldest first'),
  })
  .meta({ id: 'UserExport' });

/** `GET /v1/users/{userId}/export`. */
export function exportUserRoute(exportUser: ExportUser) {
  return defineRoute({
    method: 'get',
    path: '/v1/users/:userId/export',
    summary: 'Export everything that is kept about a user',
    operationId: 'exportUser',
    scope: 'read',
    params: z.object({ userId: UserId }),
    responses: {
      200: { description: 'All of one moment; empty for an unknown user', schema: UserExportView },
    },
    problems: [],
    async handle({ params: { userId }, caller: { tenantId } }) {
      return { status: 200, body: { userId, ...(await exportUser({ tenantId, userId })) } };
    },
  });
}
