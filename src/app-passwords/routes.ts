import { z } from 'zod';
import { defineRoute, Instant, UserId, VerificationId } from '../api.ts';
import type { AppPassword, AppPasswords } from './app-passwords.ts';
import type { RevealedAppPassword } from './reveal.ts';

/** Also a type of the client. */
export const Revealed = z
  .object({
    appPasswordId: z.guid(),
    appPassword: z
      .string()
      .meta({ description: 'In groups of four; shown only once', example: 'abcd efgh ijkl mnop' }),
  })
  .meta({ id: 'RevealedAppPassword' });

/** Also a type of the client. */
export const AppPasswordView = z
  .object({
    id: z.guid(),
    name: z.string(),
    verificationId: z.guid().meta({ description: 'The verification that earned it' }),
    createdAt: Instant,
  })
  .meta({ id: 'AppPassword' });

const AppPasswordId = z.guid('This must be a UUID, as the list of app passwords shows it.');
const Owner = z.object({ userId: UserId });

/** What the routes call. */
interface Actions extends AppPasswords {
  reveal(wanted: { tenantId: string; verificationId: string }): Promise<RevealedAppPassword>;
}

/** `/v1/verifications/{id}/reveal-app-password`, and `/v1/users/{userId}/app-passwords`. */
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

function userRoutes({ list, revoke, revokeAll }: AppPasswords) {
  const path = '/v1/users/:userId/app-passwords';
  return [
    defineRoute({
      method: 'get',
      path,
      summary: "List a user's app passwords that are not revoked",
      operationId: 'listAppPasswords',
      scope: 'read',
      params: Owner,
      responses: {
        200: { description: 'Oldest first', schema: z.object({ value: z.array(AppPasswordView) }) },
      },
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return { status: 200, body: { value: (await list({ tenantId, userId })).map(toView) } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: `${path}/:id`,
      summary: 'Revoke one app password of a user; it cannot be restored',
      operationId: 'revokeAppPassword',
      scope: 'users:write',
      params: Owner.extend({ id: AppPasswordId }),
      responses: { 200: { description: 'It is revoked', schema: Revocation } },
      problems: ['appPassword.unknown'],
      async handle({ params: { userId, id }, caller: { tenantId } }) {
        await revoke({ tenantId, userId }, id);
        return { status: 200, body: { revoked: 1 } };
      },
    }),
    defineRoute({
      method: 'delete',
      path,
      summary: 'Revoke all app passwords of a user',
      operationId: 'revokeAppPasswords',
      scope: 'users:write',
      params: Owner,
      responses: { 200: { description: 'None is left', schema: Revocation } },
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return { status: 200, body: { revoked: await revokeAll({ tenantId, userId }) } };
      },
    }),
  ];
}

const Revocation = z
  .object({ revoked: z.int().meta({ description: 'How many were revoked' }) })
  .meta({ id: 'Revocation' });

function toView({ createdAt, ...appPassword }: AppPassword) {
  return { ...appPassword, createdAt: createdAt.toISOString() };
}
