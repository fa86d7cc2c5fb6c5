import { z } from 'zod';
import { defineRoute, VerificationId } from '../api.ts';
import type { RevealedAppPassword } from './reveal.ts';
import { type UserActions, userRoutes } from './user-routes.ts';

/** Also a type of the client. */
export const Revealed = z
  .object({
    appPasswordId: z.guid(),
    appPassword: z
      .string()
      .meta({ description: 'In groups of four; shown only once', example: 'abcd efgh ijkl mnop' }),
  })
  .meta({ id: 'RevealedAppPassword' });

/** What the routes call. */
interface Actions extends UserActions {
  reveal(wanted: { tenantId: string; verificationId: string }): Promise<RevealedAppPassword>;
}

/** `/v1/verifications/{id}/reveal-app-password`, and what `user-routes.ts` has. */
export function appPasswordRoutes(actions: Actions) {
  return [
    ...userRoutes(actions),
    defineRoute({
      method: 'post',
      path: '/v1/verifications/:id/reveal-app-password',
      summary: 'Reveal the app password of a finished registration, once and within ten minutes',
      operationId: 'revealAppPassword',
      scope: 'verifications:write',
      params: z.object({ id: VerificationId }),
      responses: { 200: { description: 'The app password; it cannot be shown again', schema: Revealed } },
      problems: [
        'verification.notFound',
        'user.blocked',
        'appPassword.notFound',
        'appPassword.alreadyRevealed',
      ],
      async handle({ params, caller }) {
        const body = await actions.reveal({ tenantId: caller.tenantId, verificationId: params.id });
        return { status: 200, body };
      },
    }),
  ];
}
