import { z } from 'zod';
import { defineRoute, IdempotencyKey, Instant, UserId } from '../api.ts';
import type { AppPassword, AppPasswords } from './app-passwords.ts';
import type { CreatedAppPassword, createCreateAppPassword } from './create-app-password.ts';

const Service = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,31}$/,
    'This must be the name of a service, such as imap: a-z, 0-9 and "-", 32 at most.',
  );

const Services = z
  .array(Service)
  .max(20)
  .meta({
    description:
      'The only services that it opens: imap, pop3, smtp, http, or what an app server was created with; empty: all',
    example: ['imap', 'smtp'],
  });

const Expiry = Instant.nullable().meta({ description: 'From then on it opens nothing; null: it has no end' });

/** Also a type of the client. */
export const AppPasswordView = z
  .object({
    id: z.guid(),
    name: z.string(),
    verificationId: z
      .guid()
      .nullable()
      .meta({ description: 'The verification that earned it; null: it was made without one' }),
    createdAt: Instant,
    expiresAt: Expiry,
    services: Services,
    lastUsed: z
      .object({
        at: Instant,
        service: z.string().meta({ example: 'imap' }),
        network: z.string().nullable().meta({
          description: 'From where, without the last part of the address; null: it was not known',
          example: '203.0.113.0/24',
        }),
      })
      .nullable()
      .meta({ description: 'Null: not yet. Written a few seconds later, and at most every five minutes' }),
  })
  .meta({ id: 'AppPassword' });

/** Also a type of the client. */
export const NewAppPasswordBody = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'This must be one line of plain text.')
      .meta({ description: 'What people know it by', example: 'Phone, mail' }),
    expiresAt: z.iso
      .datetime({ offset: true, error: 'This must be an instant such as 2027-11-21T09:00:00Z.' })
      .nullable()
      .default(null)
      .meta({
        description: 'From then on it opens nothing; null: as the policy says',
        example: '2027-11-21T09:00:00Z',
      }),
    services: Services.default([]),
  })
  .meta({ id: 'NewAppPassword' });

/** Also a type of the client. */
export const CreatedView = z
  .object({
    appPasswordId: z.guid(),
    appPassword: z.string().nullable().meta({
      description: 'In groups of four; shown only once. Null: it was made before with this idempotency key',
      example: 'abcd efgh ijkl mnop',
    }),
    name: z.string(),
    createdAt: Instant,
    expiresAt: Expiry,
    services: Services,
  })
  .meta({ id: 'CreatedAppPassword' });

const AppPasswordId = z.guid('This must be a UUID, as the list of app passwords shows it.');
const Owner = z.object({ userId: UserId });
const Revocation = z
  .object({ revoked: z.int().meta({ description: 'How many were revoked' }) })
  .meta({ id: 'Revocation' });

/** What the routes call. */
export interface UserActions extends AppPasswords {
  create: ReturnType<typeof createCreateAppPassword>;
}

const path = '/v1/users/:userId/app-passwords';

/** `/v1/users/{userId}/app-passwords` and `/v1/users/{userId}/password-was-reset`. */
export function userRoutes(actions: UserActions) {
  return [listRoute(actions), createRoute(actions), ...revokingRoutes(actions)];
}

function listRoute({ list }: UserActions) {
  return defineRoute({
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
  });
}

function createRoute({ create }: UserActions) {
  return defineRoute({
    method: 'post',
    path,
    summary: 'Make an app password for a user, without a verification',
    operationId: 'createAppPassword',
    scope: 'users:write',
    params: Owner,
    headers: z.object({
      'idempotency-key': IdempotencyKey.meta({
        description:
          'A request repeated with the same key and body makes no second app password, and does not show the first one again',
      }),
    }),
    body: NewAppPasswordBody,
    responses: {
      201: { description: 'The app password; it cannot be shown again', schema: CreatedView },
      200: {
        description: 'The app password that was made before with this idempotency key and body; not shown',
        schema: CreatedView,
      },
    },
    problems: [
      ...(['policy.appPasswordsRefused', 'user.blocked', 'appPassword.limitReached'] as const),
      'idempotencyKey.reused',
    ],
    async handle({ params: { userId }, headers, body, caller: { tenantId } }) {
      const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
      const made = await create(
        { tenantId, userId },
        { ...body, expiresAt },
        headers['idempotency-key'] ?? null,
      );
      return { status: made.appPassword === null ? 200 : 201, body: toCreatedView(made) };
    },
  });
}

function revokingRoutes({ revoke, revokeAll, passwordWasReset }: UserActions) {
  return [
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
    defineRoute({
      method: 'post',
      path: '/v1/users/:userId/password-was-reset',
      summary: "Say that a user's password was reset: revokes all app passwords",
      operationId: 'passwordWasReset',
      scope: 'users:write',
      params: Owner,
      responses: { 200: { description: 'None is left', schema: Revocation } },
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return { status: 200, body: { revoked: await passwordWasReset({ tenantId, userId }) } };
      },
    }),
  ];
}

function toView({ createdAt, expiresAt, lastUsed, ...appPassword }: AppPassword) {
  return {
    ...appPassword,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsed: lastUsed && { ...lastUsed, at: lastUsed.at.toISOString() },
  };
}

function toCreatedView({ createdAt, expiresAt, ...made }: CreatedAppPassword) {
  return { ...made, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null };
}
