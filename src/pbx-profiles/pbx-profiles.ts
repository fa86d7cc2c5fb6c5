import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Pauses } from '../domain/pauses.ts';
import { ServiceError } from '../errors.ts';
import type { Registry } from '../registry/schema.ts';

/** A switchboard of a tenant; `number` is E.164. */
export interface Switchboard {
  tenantId: string;
  number: string;
}

/** How a switchboard, by its number in E.164, wants extensions dialed. */
export interface PbxProfile extends Pauses {
  /** A UUID: what the profile is addressed by, since a number belongs into no address. */
  id: string;
  number: string;
}

/** A profile as its tenant addresses it. */
interface Addressed {
  tenantId: string;
  id: string;
}

/** The PBX profiles of tenants. */
export type PbxProfiles = ReturnType<typeof createPbxProfiles>;

const COLUMNS = ['id', 'switchboardNumber as number', 'pauseBeforeS', 'pauseAfterS'] as const;

/** Profiles in the registry, one per tenant and number. */
export function createPbxProfiles({ db }: { db: Kysely<Registry> }) {
  const ofTenant = (tenantId: string) =>
    db.selectFrom('pbxProfile').select(COLUMNS).where('tenantId', '=', tenantId);
  return {
    /** The profile of a switchboard, or null if none was set. */
    find: async ({ tenantId, number }: Switchboard): Promise<PbxProfile | null> =>
      (await ofTenant(tenantId).where('switchboardNumber', '=', number).executeTakeFirst()) ?? null,

    /** @throws ServiceError `pbxProfile.notFound` */
    async read({ tenantId, id }: Addressed): Promise<PbxProfile> {
      const profile = await ofTenant(tenantId).where('id', '=', id).executeTakeFirst();
      if (profile) return profile;
      throw notFound();
    },

    /** A tenant's profiles in the order of their ids, those after the id `after` if it is given. */
    list: (wanted: { tenantId: string; limit: number; after?: string | undefined }): Promise<PbxProfile[]> =>
      ofTenant(wanted.tenantId)
        .$if(wanted.after !== undefined, (query) => query.where('id', '>', wanted.after ?? ''))
        .orderBy('id')
        .limit(wanted.limit)
        .execute(),

    /** Sets the profile of a switchboard, or replaces it; its id stays the same. */
    set: ({ tenantId, number }: Switchboard, pauses: Pauses): Promise<PbxProfile> =>
      db
        .insertInto('pbxProfile')
        .values({ id: randomUUID(), tenantId, switchboardNumber: number, ...pauses })
        .onConflict((conflict) => conflict.columns(['tenantId', 'switchboardNumber']).doUpdateSet(pauses))
        .returning(COLUMNS)
        .executeTakeFirstOrThrow(),

    /** @throws ServiceError `pbxProfile.notFound` */
    async remove({ tenantId, id }: Addressed): Promise<void> {
      const removed = await db
        .deleteFrom('pbxProfile')
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      if (removed.numDeletedRows === 0n) throw notFound();
    },
  };
}

function notFound(): ServiceError {
  return new ServiceError(
    'pbxProfile.notFound',
    'This tenant has no PBX profile with this id. GET /v1/pbx-profiles lists all profiles.',
  );
}
