import type { Kysely } from 'kysely';
import { ServiceError } from '../errors.ts';
import type { Registry } from '../registry/schema.ts';

/** A switchboard of a tenant; `number` is E.164. */
export interface Switchboard {
  tenantId: string;
  number: string;
}

/** How a switchboard wants extensions dialled: seconds of silence before and after the digits, halves allowed. */
export interface PbxProfile {
  pauseBeforeS: number;
  pauseAfterS: number;
}

/** What tenants know about the switchboards their users sit behind. */
export type PbxProfiles = ReturnType<typeof createPbxProfiles>;

/** Profiles in the registry, one per tenant and number. */
export function createPbxProfiles({ db }: { db: Kysely<Registry> }) {
  const find = async ({ tenantId, number }: Switchboard): Promise<PbxProfile | null> => {
    const row = await db
      .selectFrom('pbxProfile')
      .select(['pauseBeforeS', 'pauseAfterS'])
      .where('tenantId', '=', tenantId)
      .where('switchboardNumber', '=', number)
      .executeTakeFirst();
    return row ?? null;
  };
  return {
    /** The profile, or null where none was told. */
    find,

    /** @throws ServiceError `pbxProfile.notFound` */
    async read(switchboard: Switchboard): Promise<PbxProfile> {
      const profile = await find(switchboard);
      if (profile) return profile;
      throw notFound();
    },

    /** Sets or replaces the profile. */
    async set({ tenantId, number }: Switchboard, profile: PbxProfile): Promise<void> {
      await db
        .insertInto('pbxProfile')
        .values({ tenantId, switchboardNumber: number, ...profile })
        .onConflict((conflict) => conflict.columns(['tenantId', 'switchboardNumber']).doUpdateSet(profile))
        .execute();
    },

    /** @throws ServiceError `pbxProfile.notFound` */
    async remove({ tenantId, number }: Switchboard): Promise<void> {
      const removed = await db
        .deleteFrom('pbxProfile')
        .where('tenantId', '=', tenantId)
        .where('switchboardNumber', '=', number)
        .executeTakeFirst();
      if (removed.numDeletedRows === 0n) throw notFound();
    },
  };
}

function notFound(): ServiceError {
  return new ServiceError(
    'pbxProfile.notFound',
    'This tenant told nothing about this switchboard. Set a profile with PUT, or rely on the pauses of the policy.',
  );
}
