/** Opens the pools on a PostgreSQL server. */
import type { Pool } from 'pg';
import { type ReportOutage, shortReason } from '../outage-log.ts';
import type { Prepare } from './migrate.ts';
import { createPostgresPool, endPostgresPool } from './postgres-pool.ts';
import { asQueuePool, type OpenPools } from './queue-pool.ts';

/** Connections of the queue beyond `poolSize`: BullMQ keeps one per worker to listen on. */
const LISTENERS = 10;

/** How long closing waits for statements and transactions that are running. */
const CLOSE_MS = 5_000;

/**
 * Brings the tables up to date over a connection of its own, then makes the pools.
 * @throws Error when the server cannot be reached or a migration fails; it names host and database, never the password
 */
export async function openPostgres(
  options: { url: string; poolSize: number },
  prepare: Prepare,
  report: ReportOutage,
): Promise<OpenPools> {
  const { url, poolSize } = options;
  await withPool(createPostgresPool({ url, size: 1, statementTimeoutMs: 0 }, report), async (pool) => {
    await checkReachable(pool, url);
    await prepare(pool, asQueuePool(pool));
  });
  const pool = createPostgresPool({ url, size: poolSize }, report);
  const queuePool = createPostgresPool(
    { url, size: poolSize + LISTENERS, searchPath: 'bullmq, public' },
    report,
  );
  const close = async () => {
    await Promise.all([endPostgresPool(pool, CLOSE_MS), endPostgresPool(queuePool, CLOSE_MS)]);
  };
  return { pool, queuePool: asQueuePool(queuePool), close };
}

async function withPool(pool: Pool, work: (pool: Pool) => Promise<void>): Promise<void> {
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

async function checkReachable(pool: Pool, url: string): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (error) {
    throw new Error(
      `The database ${withoutSecrets(url)} cannot be used: ${shortReason(error)}. Check DATABASE_URL and that the server is running.`,
      { cause: error },
    );
  }
}

function withoutSecrets(url: string): string {
  const parsed = URL.parse(url);
  return parsed ? `${parsed.host}${parsed.pathname}` : '(DATABASE_URL is not a URL)';
}
