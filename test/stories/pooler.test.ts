// PgBouncer stands between Poundkey and PostgreSQL, with its defaults.
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { findServers, startPgbouncer } from '../support/servers.ts';
import { type FreshStores, freshStores, type StoreCombination } from '../support/stores.ts';
import { openWorld } from '../support/world.ts';

const HAS_POOLER = findServers().pgbouncer !== null && inject('postgresUrl') !== null;
const HAS_REDIS = inject('redisUrl') !== null;

/** Fresh stores, reached through a pooler. */
async function pooledStores(
  combination: StoreCombination,
  poolMode: 'session' | 'transaction',
  statements: 'named' | 'unnamed',
): Promise<FreshStores> {
  const stores = await freshStores(combination);
  onTestFinished(() => stores.drop());
  const pooler = await startPgbouncer(stores.databaseUrl ?? '', poolMode);
  onTestFinished(() => pooler.stop());
  const place = stores.database as Extract<FreshStores['database'], { kind: 'postgres' }>;
  return { ...stores, database: { ...place, url: pooler.url, statements }, databaseUrl: pooler.url };
}

async function playVerifications(stores: FreshStores): Promise<void> {
  const world = await openWorld(stores);
  onTestFinished(() => world.close());
  for (let round = 0; round < 3; round += 1) {
    expect(await world.story('press-pound')).toMatchObject({ outcome: 'approved' });
    expect(await world.story('busy')).toMatchObject({ outcome: 'busy' });
  }
  const together = await Promise.all(Array.from({ length: 8 }, () => world.request('press-pound')));
  await world.settle();
  const outcomes = await Promise.all(together.map(async ({ id }) => (await world.read(id)).outcome));
  expect(outcomes).toEqual(together.map(() => 'approved'));
  const { userId } = together[0] ?? { userId: '' };
  // Two statements in one transaction.
  expect(await world.api('DELETE', `/v1/users/${userId}`)).toMatchObject({
    status: 200,
    body: { verifications: 1, phoneMethods: 1, appPasswords: 1 },
  });
}

describe.runIf(HAS_POOLER)('behind PgBouncer', () => {
  it('in session mode, verifications go through with the queue in PostgreSQL and named statements', async () => {
    await playVerifications(await pooledStores('postgres', 'session', 'named'));
  });

  it.runIf(HAS_REDIS)(
    'in transaction mode, they do with the queue on Redis and unnamed statements',
    async () => {
      await playVerifications(await pooledStores('postgres+redis', 'transaction', 'unnamed'));
    },
  );

  it('in transaction mode, a queue in PostgreSQL is refused at the start with what to do', async () => {
    const starting = pooledStores('postgres', 'transaction', 'unnamed').then((stores) => openWorld(stores));
    await expect(starting).rejects.toThrow(
      /pooler .*transaction mode.*Put the queue on Redis .* session mode or a direct connection/,
    );
  });

  it.runIf(HAS_REDIS)(
    'in transaction mode, named statements are refused where it does not carry them',
    async () => {
      const starting = pooledStores('postgres+redis', 'transaction', 'named').then((stores) =>
        openWorld(stores),
      );
      await expect(starting).rejects.toThrow('Set DATABASE_STATEMENTS=unnamed');
    },
  );
});
