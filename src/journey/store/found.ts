import sql, { empty, type Sql } from 'sql-template-tag';
import { ERASED_USER } from '../../domain/user.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Outcome } from '../outcomes.ts';
import type { State } from '../states.ts';
import { ALL_COLUMNS, type Verification } from './rows.ts';

/** A place in the order in which verifications were requested. */
type Place = Pick<Verification, 'createdAt' | 'id'>;

/** Which verifications of a tenant are wanted. */
interface Wanted {
  tenantId: string;
  userId?: string | undefined;
  state?: State | undefined;
  outcome?: Outcome | undefined;
  /** Only those requested after this time. */
  createdAfter?: Date | undefined;
  /** Only those requested before this place. */
  before?: Place | undefined;
  limit: number;
}

/** Verifications, and the place behind which to look for more; null: there are no more. */
interface Found {
  verifications: Verification[];
  next: Place | null;
}

/** Finds verifications, those first that were requested last. */
export type FindVerifications = (wanted: Wanted) => Promise<Found>;

/**
 * How many verifications are looked at for one answer, at most. State and outcome are in no index, since they change
 * during a call, and those of erased users are not shown: so what is rare is found in several answers, each of which
 * takes no more work than this.
 */
const LOOKED_AT = 1_000;

/** A verification that was looked at: whether it is one of those wanted, and how many were looked at until then. */
type Looked = Verification & { fits: boolean; place: number };

/** @param run runs a statement on the registry */
export function createFindVerifications(run: RunStatement): FindVerifications {
  return async function findVerifications(wanted) {
    const { limit } = wanted;
    // The last one looked at comes along, so that the next answer can go on behind it.
    const rows = await run<Looked>(sql`
      with recursive looked as (${lookedAt(wanted)})
      select ${ALL_COLUMNS}, looked.place, looked.fits from looked join verification v on v.id = looked.id
      where looked.fits or looked.place = ${LOOKED_AT} order by looked.place limit ${limit + 1}`);
    const page = rows.slice(0, limit);
    const isFull = rows.length > limit || page.at(-1)?.place === LOOKED_AT;
    return { verifications: page.filter(({ fits }) => fits), next: (isFull && page.at(-1)) || null };
  };
}

/**
 * One after the other by the index, until one more than wanted fits: so the work is the same whatever the planner knows
 * of the tenant.
 */
function lookedAt({ tenantId, userId, createdAfter, before, limit, ...wanted }: Wanted): Sql {
  const fits = sql`v.user_id <> ${ERASED_USER} and v.sign_in is null and (${wanted.state ?? null}::text is null or v.state = ${wanted.state ?? null})
    and (${wanted.outcome ?? null}::text is null or v.outcome is not distinct from ${wanted.outcome ?? null})`;
  const newest = (place: Sql) => sql`
    select v.id, v.created_at, ${fits} as fits from verification v where v.tenant_id = ${tenantId}
      ${ifGiven(userId, (id) => sql`and v.user_id = ${id}`)}
      ${ifGiven(createdAfter, (time) => sql`and v.created_at > ${time}`)} ${place}
      order by v.created_at desc, v.id desc limit 1`;
  const start = ifGiven(
    before,
    ({ createdAt, id }) => sql`and (v.created_at, v.id) < (${createdAt}, ${id}::uuid)`,
  );
  return sql`
    (select first.*, 1 as place, first.fits::int as fitting from (${newest(start)}) first)
    union all
    select older.*, looked.place + 1, looked.fitting + older.fits::int from looked
      cross join lateral (${newest(sql`and (v.created_at, v.id) < (looked.created_at, looked.id)`)}) older
      where looked.place < ${LOOKED_AT} and looked.fitting <= ${limit}`;
}

function ifGiven<Value>(value: Value | undefined, condition: (value: Value) => Sql): Sql {
  return value === undefined ? empty : condition(value);
}
