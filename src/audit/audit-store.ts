import sql, { join, type Sql } from 'sql-template-tag';
import type { AuditType } from '../domain/audit-event.ts';
import type { PlaceInList } from '../domain/place-in-list.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';

/** An audit event as it is kept. */
export interface KeptAuditEvent extends PlaceInList {
  type: string;
  /** Null: it is about no user. */
  userId: string | null;
  verificationId: string | null;
  outcome: string | null;
  data: Record<string, unknown>;
  /** Null: it is from before this was kept. */
  actorType: string | null;
  actorId: string | null;
  actorName: string | null;
  clientAddress: string | null;
}

/** Which audit events of a tenant are wanted: those from `from` on, and before `to`. */
export interface WantedAuditEvents {
  tenantId: string;
  userId?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

/** Events, newest first, and the place behind which to look for more; null: there are no more. */
interface Found {
  events: KeptAuditEvent[];
  next: PlaceInList | null;
}

/** How many events are looked at for one answer, at most: types are in no index, so what is rare is found in several answers. */
const LOOKED_AT = 1_000;

const COLUMNS = sql`e.id, e.at, e.type, e.user_id, e.verification_id, e.outcome, e.data, e.actor_type, e.actor_id,
  e.actor_name, e.client_address`;

/** Reads audit events. */
export type AuditStore = ReturnType<typeof createAuditStore>;

/** @param run runs a statement on the registry */
export function createAuditStore(run: RunStatement) {
  return {
    /** Events, newest first. @param wanted.before only those before this place */
    async find(
      wanted: WantedAuditEvents & {
        type?: AuditType | undefined;
        before?: PlaceInList | undefined;
        limit: number;
      },
    ): Promise<Found> {
      const { type = null, before, limit } = wanted;
      const start = before === undefined ? [] : [sql`(e.at, e.id) < (${before.at}, ${before.id}::uuid)`];
      // The last one looked at comes along, so that the next answer can go on behind it.
      const rows = await run<KeptAuditEvent & { fits: boolean; place: number }>(sql`
        select ${COLUMNS}, e.fits, e.place from (
          select ${COLUMNS}, ${type}::text is null or e.type = ${type} as fits,
            (row_number() over (order by e.at desc, e.id desc))::int as place
          from audit_event e where ${conditions(wanted, start)}
          order by e.at desc, e.id desc limit ${LOOKED_AT}) e
        where e.fits or e.place = ${LOOKED_AT} order by e.at desc, e.id desc limit ${limit + 1}`);
      const page = rows.slice(0, limit);
      const last = page.at(-1) ?? null;
      const isFull = rows.length > limit || last?.place === LOOKED_AT;
      return {
        events: page.filter(({ fits }) => fits),
        next: isFull && last ? { at: last.at, id: last.id } : null,
      };
    },

    /** Events, oldest first. @param wanted.after only those after this place */
    batch: (
      wanted: WantedAuditEvents & { after: PlaceInList | null; limit: number },
    ): Promise<KeptAuditEvent[]> => {
      const { after, limit } = wanted;
      const start = after === null ? [] : [sql`(e.at, e.id) > (${after.at}, ${after.id}::uuid)`];
      return run<KeptAuditEvent>(sql`
        select ${COLUMNS} from audit_event e where ${conditions(wanted, start)}
        order by e.at, e.id limit ${limit}`);
    },
  };
}

function conditions({ tenantId, userId, from, to }: WantedAuditEvents, more: Sql[]): Sql {
  const given = <Value>(value: Value | undefined, condition: (value: Value) => Sql) =>
    value === undefined ? [] : [condition(value)];
  return join(
    [
      sql`e.tenant_id = ${tenantId}`,
      ...given(userId, (id) => sql`e.user_id = ${id}`),
      ...given(from, (time) => sql`e.at >= ${time}`),
      ...given(to, (time) => sql`e.at < ${time}`),
      ...more,
    ],
    ' and ',
  );
}
