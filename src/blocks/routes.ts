import { z } from 'zod';
import { defineRoute, Instant, UserId } from '../api.ts';
import { ServiceError } from '../errors.ts';
import { type Clock, later } from '../platform/clock.ts';
import type { Block, Blocks } from './blocks.ts';

const Reason = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'This must be one line of plain text.')
  .meta({ description: 'Shown to administrators; must not hold secrets', example: 'phone stolen' });

/** The longest block that is given by its length, s; a year. */
export const LONGEST_BLOCK_S = 31_536_000;

/** A wanted block; also a type of the client. */
export const BlockBody = z
  .strictObject({
    reason: Reason,
    expiresAt: z.iso
      .datetime({ offset: true, error: 'This must be an instant such as 2026-11-21T09:00:00Z.' })
      .optional()
      .meta({ description: 'When the block ends by itself', example: '2026-11-28T09:00:00Z' }),
    forS: z.int().min(1).max(LONGEST_BLOCK_S).optional().meta({
      description:
        'How long the block lasts, in seconds; without expiresAt and forS it lasts until the user is unblocked',
    }),
  })
  .refine(({ expiresAt, forS }) => expiresAt === undefined || forS === undefined, {
    path: ['forS'],
    error: 'This must be left out when expiresAt is given.',
  })
  .meta({ id: 'NewBlock' });

/** Also a type of the client. */
export const BlockView = z
  .object({
    userId: UserId,
    blocked: z.boolean(),
    reason: z
      .string()
      .nullable()
      .meta({ description: '`fraudReported` when the person reported a call as fraud' }),
    blockedAt: Instant.nullable(),
    expiresAt: Instant.nullable().meta({ description: 'Null: until the user is unblocked' }),
  })
  .meta({ id: 'Block' });

/** `/v1/users/{userId}/block`: who may not be verified. */
export function blockRoutes(blocks: Pick<Blocks, 'read' | 'block' | 'unblock'>, clock: Clock) {
  const common = { path: '/v1/users/:userId/block', params: z.object({ userId: UserId }) } as const;
  const answers = (description: string) => ({ 200: { description, schema: BlockView } });
  return [
    defineRoute({
      ...common,
      method: 'get',
      summary: 'Read whether a user is blocked',
      operationId: 'readBlock',
      scope: 'read',
      responses: answers('Whether the user is blocked and, if so, why and until when'),
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        return answer(userId, await blocks.read({ tenantId, userId }));
      },
    }),
    defineRoute({
      ...common,
      method: 'put',
      summary: 'Block a user: requests for verifications are refused, and no waiting call is placed',
      operationId: 'blockUser',
      scope: 'users:write',
      body: BlockBody,
      responses: answers('The user is blocked'),
      problems: [],
      async handle({ params: { userId }, body, caller: { tenantId } }) {
        const expiresAt = endOf(body, clock.now());
        return answer(userId, await blocks.block({ tenantId, userId }, { reason: body.reason, expiresAt }));
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      summary: 'Unblock a user',
      operationId: 'unblockUser',
      scope: 'users:write',
      responses: answers('The user is not blocked'),
      problems: [],
      async handle({ params: { userId }, caller: { tenantId } }) {
        await blocks.unblock({ tenantId, userId });
        return answer(userId, null);
      },
    }),
  ];
}

function answer(userId: string, block: Block | null) {
  const body = {
    userId,
    blocked: block !== null,
    reason: block?.reason ?? null,
    blockedAt: block?.createdAt.toISOString() ?? null,
    expiresAt: block?.expiresAt?.toISOString() ?? null,
  };
  return { status: 200 as const, body };
}

/** The latest end that is accepted: a later one is most likely milliseconds taken for seconds. */
const FARTHEST_MS = 10 * 31_536_000_000;

/** When a requested block ends; null: when the user is unblocked. Throws `request.invalid` for an end that cannot be meant. */
export function endOf(
  wanted: { expiresAt?: string | undefined; forS?: number | undefined },
  now: Date,
): Date | null {
  if (wanted.forS !== undefined) return later(now, wanted.forS * 1000);
  if (wanted.expiresAt === undefined) return null;
  const end = new Date(wanted.expiresAt);
  if (end > now && end < later(now, FARTHEST_MS)) return end;
  const rule = 'This must be in the future, at most ten years from now.';
  throw new ServiceError(
    'request.invalid',
    `/expiresAt: ${rule} Correct it, or leave it out to block permanently.`,
    {
      problems: [{ field: '/expiresAt', rule }],
    },
  );
}
