/** Stores on servers of a test's own, which it may stop, kill and empty. */
import { inject } from 'vitest';
import type { TestServer } from './processes.ts';
import { startPostgres, startRedis } from './servers.ts';
import type { FreshStores } from './stores.ts';

/** Whether this machine has both servers; the run's own ones are only there then. */
export const HAS_POSTGRES = inject('postgresUrl') !== null;
export const HAS_REDIS = HAS_POSTGRES && inject('redisUrl') !== null;

/** Stores whose servers belong to the test. */
export interface OwnStores extends FreshStores {
  postgres: TestServer;
  /** Null where the queue is in PostgreSQL. */
  redis: TestServer | null;
}

/** Starts PostgreSQL, and Redis if the queue is to be on it. `drop` ends them. */
export async function startOwnStores(withRedis: boolean): Promise<OwnStores> {
  const [postgres, redis] = await Promise.all([startPostgres(), withRedis ? startRedis() : null]);
  return {
    postgres,
    redis,
    database: { kind: 'postgres', url: postgres.url, poolSize: 5, withQueueTables: redis === null },
    queue: redis ? { kind: 'redis', url: redis.url, prefix: 'story' } : { kind: 'database' },
    databaseUrl: postgres.url,
    redisUrl: redis?.url ?? null,
    async drop() {
      await Promise.all([postgres.stop(), redis?.stop()]);
    },
  };
}
