/** A store that can be reached and refuses to give jobs: it is asked again, but not as fast as it refuses. */
import type { PgPool, Worker } from 'bullmq';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createDatabaseStore } from '../../src/platform/queue/database-store.ts';
import { openQueues } from '../../src/platform/queue/open-queues.ts';
import { ask } from '../support/redis-groups.ts';
import { startRedis } from '../support/servers.ts';
import { createLines, openSamples, placeFor } from './store-fixtures.ts';

const OPTIONS = {
  lockDuration: 5_000,
  stalledInterval: 2_000,
  maxStalledCount: 10,
  runRetryDelay: 1_000,
  concurrency: 5,
};

/** Resolves to how long a worker took for three errors in a row, ms. */
async function threeErrors(worker: Worker): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const startedAt = performance.now();
  let left = 3;
  worker.on('error', () => {
    left -= 1;
    if (left === 0) resolve();
  });
  await promise;
  return performance.now() - startedAt;
}

/** The pool, but whatever BullMQ asks after its look at the tables is refused at once. */
function refusing(pool: PgPool): PgPool {
  let looks = 1;
  const query = (text: string, values?: unknown[]) => {
    looks -= 1;
    return looks < 0 ? Promise.reject(new Error('could not extend file')) : pool.query(text, values);
  };
  return { query, connect: () => pool.connect(), on: () => undefined } as unknown as PgPool;
}

it.runIf(inject('postgresUrl'))('PostgreSQL, also where it is known beforehand that it refuses', async () => {
  const { database: place } = await placeFor('postgres');
  const { queuePool } = await openSamples(place);
  const store = createDatabaseStore(refusing(queuePool), {});
  const worker = store.createWorker('work', async () => undefined, OPTIONS);
  onTestFinished(() => worker.close());
  expect(await threeErrors(worker)).toBeGreaterThan(400);
});

it.runIf(inject('redisUrl'))('a Redis without memory', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const place = { kind: 'redis' as const, url: server.url, prefix: 'refusals' };
  const queues = await openQueues(
    place,
    { lockDurationMs: 5_000, stalledIntervalMs: 2_000 },
    createLines().log,
  );
  onTestFinished(() => queues.close(500));
  await queues.ping();
  await queues.queue('work').add('advance', {}, { jobId: 'v1' });
  await ask(server, (redis) => redis.config('SET', 'maxmemory', '1'));
  expect(await threeErrors(queues.worker('work', async () => undefined, { concurrency: 5 }))).toBeGreaterThan(
    400,
  );
});
