import { type Kysely, sql } from 'kysely';
import { ServiceError } from '../../errors.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Registry } from '../../registry/schema.ts';

/** At most `count` in `windowS` seconds. */
export interface Limit {
  count: number;
  windowS: number;
}

/**
 * What is counted: verifications of a user, to a phone (null: not known) and of a tenant. Behind one switchboard are
 * many phones: a number with an extension is counted by itself.
 */
export interface Counted {
  tenantId: string;
  userId: string;
  phone: { e164: string; extension: string | null } | null;
}

/** The limits of a policy. */
interface Limits {
  perUser: Limit;
  perNumber: Limit;
  perTenant: Limit;
}

/** Counts a request against the limits of its user, number and tenant. Throws `limit.reached`. */
export type CountRequest = (request: Counted, limits: Limits) => Promise<void>;

/** What counting needs. */
interface CountDeps {
  db: Kysely<Registry>;
  clock: Clock;
  /** A hash under a key outside the database: of a bare hash, anybody could try all numbers. */
  keyedHash: (text: string) => string;
}

/**
 * Limits over fixed windows, one upsert each: of several requests at once, no more than the limit get through.
 * A number is counted under a keyed hash; with a new key its window begins anew.
 */
export function createCountRequest(deps: CountDeps): CountRequest {
  return async function countRequest(request, limits) {
    for (const counter of countersOf(deps, request, limits)) await count(counter);
  };

  async function count(counter: Counter): Promise<void> {
    const { key, limit } = counter;
    const now = deps.clock.now();
    const ends = later(now, limit.windowS * 1000);
    const counted = await sql<{ count: number }>`
      insert into rate_count as r (key, window_ends_at, count) values (${key}, ${ends}, 1)
      on conflict (key) do update set
        count = case when r.window_ends_at <= ${now} then 1 else r.count + 1 end,
        window_ends_at = case when r.window_ends_at <= ${now} then ${ends} else r.window_ends_at end
        where r.window_ends_at <= ${now} or r.count < ${limit.count}
      returning count`.execute(deps.db);
    if (counted.rows.length > 0) return;
    throw reached(counter, (await windowsOf(deps.db, [key])).get(key)?.windowEndsAt ?? now, now);
  }
}

/** The limits that a request would break now: the errors that counting it would throw. Nothing is counted. */
export function createReachedLimits(deps: CountDeps) {
  return async function reachedLimits(request: Counted, limits: Limits): Promise<ServiceError[]> {
    const counters = countersOf(deps, request, limits);
    const now = deps.clock.now();
    const windows = await windowsOf(
      deps.db,
      counters.map(({ key }) => key),
    );
    return counters.flatMap((counter) => {
      const window = windows.get(counter.key);
      const isReached = window && window.windowEndsAt > now && window.count >= counter.limit.count;
      return isReached ? [reached(counter, window.windowEndsAt, now)] : [];
    });
  };
}

/** One thing that is counted, under a key of its own. */
interface Counter {
  key: string;
  limit: Limit;
  what: string;
}

/** Whoever has no number yet is not counted by number. */
function countersOf(
  { keyedHash }: Pick<CountDeps, 'keyedHash'>,
  { tenantId, userId, phone }: Counted,
  limits: Limits,
): Counter[] {
  const counters = [{ key: `user ${tenantId} ${userId}`, limit: limits.perUser, what: 'this user' }];
  if (phone !== null) {
    const number = keyedHash(`limit ${tenantId} ${phone.e164}x${phone.extension ?? ''}`);
    counters.push({ key: `number ${tenantId} ${number}`, limit: limits.perNumber, what: 'this number' });
  }
  counters.push({ key: `tenant ${tenantId}`, limit: limits.perTenant, what: 'this tenant' });
  return counters;
}

async function windowsOf(db: Kysely<Registry>, keys: string[]) {
  const rows = await db
    .selectFrom('rateCount')
    .select(['key', 'count', 'windowEndsAt'])
    .where('key', 'in', keys)
    .execute();
  return new Map(rows.map((row) => [row.key, row]));
}

function reached({ limit, what }: Counter, windowEndsAt: Date, now: Date): ServiceError {
  return new ServiceError(
    'limit.reached',
    `The policy allows ${limit.count} verifications in ${limit.windowS} s for ${what}, and that many were requested. Wait, or have the policy changed.`,
    { retryAfterS: Math.max(1, Math.ceil((windowEndsAt.getTime() - now.getTime()) / 1000)) },
  );
}

/** Removes counts whose window is over. The returned function resolves to how many there were. */
export function createForgetCounts(deps: { db: Kysely<Registry>; clock: Clock }) {
  return async (): Promise<number> => {
    const { numDeletedRows } = await deps.db
      .deleteFrom('rateCount')
      .where('windowEndsAt', '<=', deps.clock.now())
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  };
}
