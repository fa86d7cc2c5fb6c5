/** The present state of the registry, as readings of gauges. */
import { type Kysely, sql } from 'kysely';
import { maskNumber } from '../../domain/mask-number.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Registry } from '../../registry/schema.ts';
import { readExpiringCertificates } from '../keys/entra-certificates.ts';
import type { Reading } from './source.ts';

/** Not as a parameter: a plan for any value could not use the index of open ones. */
const OPEN = sql<boolean>`open`;

/** The states of a verification that is not finished. */
const OPEN_STATES = ['queued', 'dialing', 'ringing', 'answered', 'sending', 'sent', 'decided'];

/** Each function asks the registry one cheap question; every one has an index. */
export function createRegistryState(db: Kysely<Registry>, clock: Clock) {
  const secondsSince = (instant: Date) => Math.max(0, (clock.now().getTime() - instant.getTime()) / 1000);
  return {
    async openByState(): Promise<Reading[]> {
      const rows = await db
        .selectFrom('verification')
        .select((build) => ['state', build.fn.countAll<number>().as('count')])
        .where(OPEN)
        .groupBy('state')
        .execute();
      const counts = new Map(rows.map((row) => [row.state, Number(row.count)]));
      return OPEN_STATES.map((state) => ({ labels: { state }, value: counts.get(state) ?? 0 }));
    },

    async overdue(): Promise<Reading[]> {
      const row = await db
        .selectFrom('verification')
        .select((build) => build.fn.min('wakeAt').as('wakeAt'))
        .where(OPEN)
        .executeTakeFirst();
      return [{ labels: {}, value: row?.wakeAt ? secondsSince(row.wakeAt) : 0 }];
    },

    /** Lines whose masked numbers are the same are reported as one, by the longest wait. */
    async waitPerLine(): Promise<Reading[]> {
      const rows = await db.selectFrom('callerLine').select(['number', 'nextFreeAt']).execute();
      const waits = new Map<string, number>();
      for (const { number, nextFreeAt } of rows) {
        const line = maskNumber(number);
        const wait = Math.max(0, (nextFreeAt.getTime() - clock.now().getTime()) / 1000);
        waits.set(line, Math.max(wait, waits.get(line) ?? 0));
      }
      return [...waits].map(([line, value]) => ({ labels: { line }, value }));
    },

    async outboxMessages(): Promise<Reading[]> {
      const { rows } = await sql<{ waiting: number; dead: number }>`
        select (select count(*) from outbox where delivered_at is null and dead_at is null) as waiting,
          (select count(*) from outbox where dead_at is not null) as dead`.execute(db);
      return (['waiting', 'dead'] as const).map((state) => ({
        labels: { state },
        value: Number(rows[0]?.[state] ?? 0),
      }));
    },

    async entraCertificates(): Promise<Reading[]> {
      const expiring = await readExpiringCertificates(db);
      return expiring.map(({ use, expiresAt }) => ({ labels: { use }, value: expiresAt.getTime() / 1000 }));
    },

    async outboxAge(): Promise<Reading[]> {
      const row = await db
        .selectFrom('outbox')
        .select((build) => build.fn.min('createdAt').as('oldest'))
        .where('deliveredAt', 'is', null)
        .where('deadAt', 'is', null)
        .executeTakeFirst();
      return [{ labels: {}, value: row?.oldest ? secondsSince(row.oldest) : 0 }];
    },
  };
}
