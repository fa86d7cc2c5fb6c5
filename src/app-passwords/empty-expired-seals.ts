import type { Kysely } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import type { Registry } from '../registry/schema.ts';

/** Removes the clear text of app passwords that nobody revealed in time. The returned function resolves to how many there were. */
export function createEmptyExpiredSeals(deps: { db: Kysely<Registry>; clock: Clock }) {
  return async (): Promise<number> => {
    const { numUpdatedRows } = await deps.db
      .updateTable('appPassword')
      .set({ sealed: null })
      .where('sealed', 'is not', null)
      .where('sealedUntil', '<=', deps.clock.now())
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  };
}
