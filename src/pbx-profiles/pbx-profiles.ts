import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { maskNumber } from '../domain/mask-number.ts';
import type { Pauses } from '../domain/pauses.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
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

/** What an audit event says of the profile in `changed`. */
const event = (type: AuditEvent['type'], data: Sql): AuditEvent => ({
  ...{ type, from: sql`changed`, userId: null, data },
});

/** Profiles in the registry, one per tenant and number. A change and its audit event are one statement. */
export function createPbxProfiles({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  const run = runIn(db);
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
    async set({ tenantId, number }: Switchboard, pauses: Pauses): Promise<PbxProfile> {
      const { pauseBeforeS, pauseAfterS } = pauses;
      const data = sql`jsonb_build_object('pbxProfileId', id, 'number', ${maskNumber(number)}::text,
        'pauseBeforeS', pause_before_s, 'pauseAfterS', pause_after_s)`;
      const [profile] = await run<PbxProfile>(sql`
        with changed as (
          insert into pbx_profile as p (id, tenant_id, switchboard_number, pause_before_s, pause_after_s)
          values (${randomUUID()}::uuid, ${tenantId}, ${number}, ${pauseBeforeS}, ${pauseAfterS})
          on conflict (tenant_id, switchboard_number) do update set pause_before_s = excluded.pause_before_s,
            pause_after_s = excluded.pause_after_s
          returning p.*),
        ${auditEvents([event('pbxProfile.set', data)], clock.now())}
        select id, switchboard_number as number, pause_before_s, pause_after_s from changed`);
      if (!profile) throw new Error('the statement that sets a PBX profile returns it');
      return profile;
    },

    /** @throws ServiceError `pbxProfile.notFound` */
    async remove({ tenantId, id }: Addressed): Promise<void> {
      const data = sql`jsonb_build_object('pbxProfileId', id)`;
      const removed = await run(sql`
        with changed as (
          delete from pbx_profile where tenant_id = ${tenantId} and id = ${id}::uuid returning id, tenant_id),
        ${auditEvents([event('pbxProfile.removed', data)], clock.now())}
        select id from changed`);
      if (removed.length === 0) throw notFound();
    },
  };
}

function notFound(): ServiceError {
  return new ServiceError(
    'pbxProfile.notFound',
    'This tenant has no PBX profile with this id. GET /v1/pbx-profiles lists all profiles.',
  );
}
