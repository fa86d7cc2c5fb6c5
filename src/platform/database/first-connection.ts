/** The first connections to a PostgreSQL server: whether it is there, and what stands in front of it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { isUnavailable } from '../http/unavailable.ts';
import { shortReason } from '../outage-log.ts';
import { placeOf } from './database-url.ts';

/** How often the server is tried at the start, and the pause in between, ms. */
const TRIES = 3;
const PAUSE_MS = 1_000;
/** How often two connections are compared. */
const ROUNDS = 3;

/** What is wanted of a server that a pooler may stand in front of. */
export interface Wanted {
  /** BullMQ's queues are kept in it. */
  queue: boolean;
  statements: 'named' | 'unnamed';
}

/**
 * Waits until the server answers. One that is just waking up, or far away, gets three tries.
 * @throws Error that names host and database, never the password, and says what to do
 */
export async function reachServer(pool: Pool, url: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (tries === TRIES || !isUnavailable(error)) throw unreachable(error, url);
    }
    await pause(PAUSE_MS);
  }
}

function unreachable(cause: unknown, url: string): Error {
  const todo = 'Check DATABASE_URL and that the server is running.';
  return new Error(`The database ${placeOf(url)} cannot be used: ${shortReason(cause)}. ${todo}`, { cause });
}

/**
 * Whether connections share the server's sessions, as they do through a pooler in transaction mode: then no setting
 * set for a session lasts.
 * @param pool with room for two connections
 * @throws Error saying what to change, when such a pooler cannot carry what is wanted
 */
export async function sharesSessions(pool: Pool, { queue, statements }: Wanted): Promise<boolean> {
  const [one, other] = await Promise.all([pool.connect(), pool.connect()]);
  try {
    if (!(await areShared(one, other))) return false;
    if (queue) throw new Error(NO_QUEUE);
    if (statements === 'named' && !(await carriesNames(one, other))) throw new Error(NO_NAMES);
    return true;
  } finally {
    one.release();
    other.release();
  }
}

const POOLER =
  'DATABASE_URL leads through a pooler that shares sessions between its clients (transaction mode)';
const NO_QUEUE = `${POOLER}, and the queue cannot be kept in such a database: workers listen for notifications, which needs a session of their own. Put the queue on Redis (REDIS_URL), or use session mode or a direct connection.`;
const NO_NAMES = `${POOLER} and does not carry named statements. Set DATABASE_STATEMENTS=unnamed, or use session mode or a direct connection.`;

/** A pooler gives the session that was used last, so two clients that ask in turn meet in one. */
async function areShared(one: PoolClient, other: PoolClient): Promise<boolean> {
  const [ones, others] = [new Set<number>(), new Set<number>()];
  for (let round = 0; round < ROUNDS; round += 1) {
    ones.add(await sessionOf(one));
    others.add(await sessionOf(other));
  }
  return ones.size > 1 || others.size > 1 || !ones.isDisjointFrom(others);
}

async function sessionOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** PgBouncer does from 1.21 on, with `max_prepared_statements`. */
async function carriesNames(one: PoolClient, other: PoolClient): Promise<boolean> {
  const probe = { name: `probe_${crypto.randomUUID()}`, text: 'select $1::int', values: [1] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      await one.query(probe);
      await other.query(probe);
    }
    return true;
  } catch (error) {
    if (isNameClash(error)) return false;
    throw error;
  }
}

/** PostgreSQL, error codes: a prepared statement of this name exists already, or does not exist. */
function isNameClash(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '42P05' || error.code === '26000');
}
