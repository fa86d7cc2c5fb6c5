import type { Kysely } from 'kysely';
import { ServiceError } from '../errors.ts';
import type { Registry } from '../registry/schema.ts';

/** How many live app passwords a user may have (Microsoft Entra, app passwords: 40 for each user). */
const MOST_PER_USER = 40;

/** The returned function throws `appPassword.limitReached` when the user may not be given another app password. */
export function createAssertRoomForAppPassword({ db }: { db: Kysely<Registry> }) {
  return async (owner: { tenantId: string; userId: string }): Promise<void> => {
    const { count } = await db
      .selectFrom('appPassword')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('tenantId', '=', owner.tenantId)
      .where('userId', '=', owner.userId)
      .where('revokedAt', 'is', null)
      .executeTakeFirstOrThrow();
    if (Number(count) < MOST_PER_USER) return;
    throw new ServiceError(
      'appPassword.limitReached',
      `The user has ${MOST_PER_USER} app passwords, the most there may be. Revoke one before registering again.`,
    );
  };
}
