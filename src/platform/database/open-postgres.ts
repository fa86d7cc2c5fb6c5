/** Opens the pools on a PostgreSQL server. */
import { type OutageLog, shortReason } from '../outage-log.ts';
import { watchStore } from '../watch-store.ts';
import { placeOf } from './database-url.ts';
import { reachServer, sharesSessions, type Wanted } from './first-connection.ts';
import type { Prepare } from './migrate.ts';
import { createStatementNames } from './named-statements.ts';
import { createPostgresPool, endPostgresPool } from './postgres-pool.ts';
import { asQueuePool, type OpenPools } from './queue-pool.ts';
import { READ_ONLY, type WaitingPool } from './waiting-pool.ts';

/** Connections of the queue beyond `poolSize`: BullMQ keeps one per worker to listen on. */
const LISTENERS = 10;

/** Longest wait of the queue for a connection, ms: nobody waits for it, and a job that is not added comes with the next sweep only. */
const QUEUE_CONNECT_MS = 5_000;

/** How long closing waits for statements and transactions that are running. */
const CLOSE_MS = 5_000;

/** Longest wait for the first connection: the server may be far away or still starting, and no call is waiting yet. */
const FIRST_CONNECT_MS = 5_000;

/**
 * Brings the tables up to date over connections of its own, then makes the pools. In that of the registry is one connection
 * when this resolves, unless the server has gone meanwhile.
 * @throws Error when the server cannot be reached, a pooler in front of it cannot carry what is wanted, or a migration
 * fails; it names host and database, never the password
 */
export async function openPostgres(
  options: { url: string; poolSize: number } & Wanted,
  prepare: Prepare,
  outages: OutageLog,
): Promise<OpenPools> {
  const { url, poolSize, statements } = options;
  const report = (error: unknown) => outages('postgres', error, placeOf(url));
  const sharedSessions = await prepareServer(options, prepare, report);
  const shared = { url, sharedSessions, names: statements === 'named' ? createStatementNames() : null };
  const onFailure = (error: Error) => {
    report(error);
    if (isReadOnly(error)) giveUp();
  };
  const pool = createPostgresPool({ ...shared, size: poolSize, inCamelCase: true }, onFailure);
  const queuePool = createPostgresPool(
    {
      ...shared,
      size: poolSize + LISTENERS,
      searchPath: 'bullmq, public',
      connectTimeoutMs: QUEUE_CONNECT_MS,
    },
    onFailure,
  );
  const giveUp = atMostEvery(GIVE_UP_MS, () => {
    pool.giveUp(false);
    queuePool.giveUp(true);
  });
  // Where making one takes longer than a request waits for it, the first request after a start would be refused.
  await reachServer(pool, url).catch(report);
  const check = () => checkWritable(pool, url, giveUp);
  const stopWatching = watchStore({ outages, look: check, always: false, report });
  const close = async () => {
    stopWatching();
    await Promise.all([endPostgresPool(pool, CLOSE_MS), endPostgresPool(queuePool, CLOSE_MS)]);
  };
  return { pool, queuePool: asQueuePool(queuePool), check, close };
}

/** Connections are given up at most once in this time, ms: while no other server is there, all find the same one. */
const GIVE_UP_MS = 1_000;

function atMostEvery(ms: number, work: () => void): () => void {
  let last = -ms;
  return () => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    work();
  };
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === READ_ONLY;
}

/** A standby answers questions, and so does a server that was made read-only because its disk is full. */
async function checkWritable(pool: WaitingPool, url: string, giveUp: () => void): Promise<void> {
  try {
    const { rows } = await pool.query<{ state: string }>(
      `select current_setting('transaction_read_only') as state`,
    );
    if (rows[0]?.state === 'on') throw Object.assign(new Error(NOT_WRITABLE), { code: READ_ONLY });
  } catch (error) {
    if (isReadOnly(error)) giveUp();
    throw new Error(`PostgreSQL at ${placeOf(url)} cannot be used: ${shortReason(error)}`, { cause: error });
  }
}

const NOT_WRITABLE = 'the server is read-only: a standby, or its disk is full';

/** @returns whether connections share sessions */
async function prepareServer(
  { url, ...wanted }: { url: string } & Wanted,
  prepare: Prepare,
  onFailure: (error: Error) => void,
): Promise<boolean> {
  const first = { url, size: 2, statementTimeoutMs: 0, connectTimeoutMs: FIRST_CONNECT_MS };
  const pool = createPostgresPool(first, onFailure);
  try {
    await reachServer(pool, url);
    const shared = await sharesSessions(pool, wanted);
    await prepare(pool, asQueuePool(pool));
    return shared;
  } finally {
    await pool.end();
  }
}
