import type { Kysely } from 'kysely';
import type { Registry } from '../registry/schema.ts';

/** The returned function resolves to the office phone that a user has registered (E.164, and the extension if it has one), or null. */
export function createRegisteredOfficePhone({ db }: { db: Kysely<Registry> }) {
  return async (owner: {
    tenantId: string;
    userId: string;
  }): Promise<{ phoneNumber: string; extension: string | null } | null> => {
    const row = await db
      .selectFrom('phoneMethod')
      .select(['phoneNumber', 'extension'])
      .where('tenantId', '=', owner.tenantId)
      .where('userId', '=', owner.userId)
      .where('phoneType', '=', 'office')
      .executeTakeFirst();
    return row ?? null;
  };
}
