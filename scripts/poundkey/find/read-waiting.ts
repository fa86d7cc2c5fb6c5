import { type Kysely, sql } from 'kysely';
import { maskLine } from '../../../src/domain/mask-number.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import type { Registry } from '../../../src/registry/schema.ts';

/** Counts verifications in the queue by tenant, line and channel, those with the most first. `overdueS`: of the longest due, s. */
export function createReadWaiting({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  return async () => {
    const rows = await db
      .selectFrom('verification')
      .select((build) => ['tenantId', 'lineNumber', 'channel', build.fn.countAll<number>().as('count')])
      .select((build) => build.fn.min('wakeAt').as('due'))
      // Not as a parameter: a plan for any value could not use the index of open ones.
      .where(sql<boolean>`open`)
      .where('state', '=', 'queued')
      .groupBy(['tenantId', 'lineNumber', 'channel'])
      .orderBy('count', 'desc')
      .execute();
    const now = clock.now().getTime();
    return rows.map(({ tenantId, lineNumber, channel, count, due }) => ({
      ...{ tenantId, channel },
      line: lineNumber === null ? 'no line' : maskLine(lineNumber),
      count: Number(count),
      overdueS: Math.max(0, Math.round((now - due.getTime()) / 1000)),
    }));
  };
}
