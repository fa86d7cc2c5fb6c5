import type { Kysely } from 'kysely';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Registry } from '../registry/schema.ts';

/** The returned function throws `user.blocked` while a user may not be verified. */
export function createAssertNotBlocked({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  return async ({ tenantId, userId }: { tenantId: string; userId: string }): Promise<void> => {
    const block = await db
      .selectFrom('userBlock')
      .select('expiresAt')
      .where('tenantId', '=', tenantId)
      .where('userId', '=', userId)
      .where((either) => either.or([either('expiresAt', 'is', null), either('expiresAt', '>', clock.now())]))
      .executeTakeFirst();
    if (!block) return;
    const until = block.expiresAt ? ` until ${block.expiresAt.toISOString()}` : '';
    throw new ServiceError(
      'user.blocked',
      `The user is blocked${until}. Whoever may unblock users has to do so first.`,
    );
  };
}
