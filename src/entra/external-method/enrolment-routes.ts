import { z } from 'zod';
import { defineRoute, Instant, UserId } from '../../api.ts';
import { noBody } from '../../platform/http/answers.ts';
import { CODE_LIFE_S, type EnrolmentCodes, LONGEST_CODE_LIFE_S } from './enrolment-codes.ts';

const NewEnrolmentCodeBody = z
  .strictObject({
    forS: z
      .int()
      .min(60)
      .max(LONGEST_CODE_LIFE_S)
      .default(CODE_LIFE_S)
      .meta({ description: 'How long it lasts, in seconds' }),
  })
  .meta({ id: 'NewEnrolmentCode' });

const EnrolmentCodeView = z
  .object({
    code: z.string().meta({ description: 'Shown only once', example: 'K7QM-2FXP-94TR' }),
    expiresAt: Instant,
  })
  .meta({
    id: 'EnrolmentCode',
    description: 'With which a person enters a phone at a first sign-in of Entra, once',
  });

/** `/v1/users/{userId}/enrolment-code`. */
export function enrolmentCodeRoutes(codes: Pick<EnrolmentCodes, 'create' | 'remove'>) {
  const common = {
    path: '/v1/users/:userId/enrolment-code',
    params: z.object({ userId: UserId }),
    scope: 'users:write',
  } as const;
  return [
    defineRoute({
      ...common,
      method: 'post',
      summary: 'Make an enrolment code; an earlier one counts no longer',
      operationId: 'createEnrolmentCode',
      body: NewEnrolmentCodeBody,
      responses: { 201: { description: 'The code, to be given to the person', schema: EnrolmentCodeView } },
      problems: [],
      async handle({ params: { userId }, body: { forS }, caller: { tenantId } }) {
        const { code, expiresAt } = await codes.create({ tenantId, userId }, forS);
        return { status: 201, body: { code, expiresAt: expiresAt.toISOString() } };
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      summary: 'Remove the enrolment code of a user',
      operationId: 'removeEnrolmentCode',
      responses: { 204: noBody('It counts no longer') },
      problems: ['enrolmentCode.notFound'],
      async handle({ params: { userId }, caller: { tenantId } }) {
        await codes.remove({ tenantId, userId });
        return { status: 204, body: null };
      },
    }),
  ];
}
