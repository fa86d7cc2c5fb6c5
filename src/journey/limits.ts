import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { ServiceError } from '../errors.ts';
import { type Clock, later } from '../platform/clock.ts';
import type { Registry } from '../registry/schema.ts';

/** At most `count` in `windowS` seconds. */
export interface Limit {
  count: number;
  windowS: number;
}

/**
 * Counts a request against the limits of its user, number and tenant. Throws `limit.reached`. Behind one switchboard
 * are many phones: a number with an extension is counted by itself.
 */
export type CountRequest = (
  request: { tenantId: string; userId: string; phone: { e164: string; extension: string | null } },
  limits: { perUser: Limit; perNumber: Limit; perTenant: Limit },
) => Promise<void>;

/**
 * Limits over fixed windows, one upsert each: of several requests at once, no more than the limit get through.
 * A number is counted under a hash.
 */
export function createCountRequest(deps: { db: Kysely<Registry>; clock: Clock }): CountRequest {
  return async function countRequest({ tenantId, userId, phone }, limits) {
    const called = `${phone.e164}x${phone.extension ?? ''}`;
    const number = createHash('sha256').update(called).digest('hex');
    await count(`user ${tenantId} ${userId}`, limits.perUser, 'this user');
    await count(`number ${tenantId} ${number}`, limits.perNumber, 'this number');
    await count(`tenant ${tenantId}`, limits.perTenant, 'this tenant');
  };

  async function count(key: string, limit: Limit, what: string): Promise<void> {
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
    throw new ServiceError(
      'limit.reached',
      `The policy allows ${limit.count} verifications in ${limit.windowS} s for ${what}, and that many were requested. Wait, or have the policy changed.`,
      { retryAfterS: await secondsLeft(key, now) },
    );
  }

  async function secondsLeft(key: string, now: Date): Promise<number> {
    const row = await deps.db
      .selectFrom('rateCount')
      .select('windowEndsAt')
      .where('key', '=', key)
      .executeTakeFirst();
    return Math.max(1, Math.ceil(((row?.windowEndsAt.getTime() ?? now.getTime()) - now.getTime()) / 1000));
  }
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
