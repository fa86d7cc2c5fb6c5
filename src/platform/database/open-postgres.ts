/** Opens the pools on a PostgreSQL server. */
import type { ReportOutage } from '../outage-log.ts';
import { reachServer, sharesSessions, type Wanted } from './first-connection.ts';
import type { Prepare } from './migrate.ts';
import { createStatementNames } from './named-statements.ts';
import { createPostgresPool, endPostgresPool } from './postgres-pool.ts';
import { asQueuePool, type OpenPools } from './queue-pool.ts';

/** Connections of the queue beyond `poolSize`: BullMQ keeps one per worker to listen on. */
const LISTENERS = 10;

/** How long closing waits for statements and transactions that are running. */
const CLOSE_MS = 5_000;

/** Longest wait for the first connection: the server may be far away or still starting, and no call is waiting yet. */
const FIRST_CONNECT_MS = 5_000;

/**
 * Brings the tables up to date over connections of its own, then makes the pools.
 * @throws Error when the server cannot be reached, a pooler in front of it cannot carry what is wanted, or a migration
 * fails; it names host and database, never the password
 */
export async function openPostgres(
  options: { url: string; poolSize: number } & Wanted,
  prepare: Prepare,
  report: ReportOutage,
): Promise<OpenPools> {
  const { url, poolSize, statements } = options;
  const sharedSessions = await prepareServer(options, prepare, report);
  const shared = { url, sharedSessions, names: statements === 'named' ? createStatementNames() : null };
  const pool = createPostgresPool({ ...shared, size: poolSize }, report);
  const queuePool = createPostgresPool(
    { ...shared, size: poolSize + LISTENERS, searchPath: 'bullmq, public' },
    report,
  );
  const close = async () => {
    await Promise.all([endPostgresPool(pool, CLOSE_MS), endPostgresPool(queuePool, CLOSE_MS)]);
  };
  return { pool, queuePool: asQueuePool(queuePool), close };
}

/** @returns whether connections share sessions */
async function prepareServer(
  { url, ...wanted }: { url: string } & Wanted,
  prepare: Prepare,
  report: ReportOutage,
): Promise<boolean> {
  const first = { url, size: 2, statementTimeoutMs: 0, connectTimeoutMs: FIRST_CONNECT_MS };
  const pool = createPostgresPool(first, report);
  try {
    await reachServer(pool, url);
    const shared = await sharesSessions(pool, wanted);
    await prepare(pool, asQueuePool(pool));
    return shared;
  } finally {
    await pool.end();
  }
}
