/** Pools of connections to a PostgreSQL server. They outlive its restarts: a broken connection is dropped, the next one is new. */
import type { Client, Pool, PoolConfig } from 'pg';
import { endsWithin } from '../in-time.ts';
import { namingClient, type StatementNames } from './named-statements.ts';
import { postgresTypes } from './row-parsers.ts';
import { WaitingPool } from './waiting-pool.ts';

/** What differs between our pools. */
export interface PostgresPoolOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  url: string;
  /** Most connections at once. They are made when needed. */
  size: number;
  /** Schemas in which names are looked up, for example `bullmq, public`; the server's default when left out. */
  searchPath?: string;
  /** Longest a statement may take, in milliseconds; 0 for no limit. Default 10,000. */
  statementTimeoutMs?: number;
  /** Longest wait for a connection, in milliseconds. Default 1,000, so that a webhook can say "one moment" in time. */
  connectTimeoutMs?: number;
  /** Gives names to statements that repeat; null or left out: none has one. */
  names?: StatementNames | null;
  /** Whether named statements name columns in camelCase. Their users must take both: others do not. */
  inCamelCase?: boolean;
  /** Whether connections share sessions (see `sharesSessions`): then nothing is set for a session. */
  sharedSessions?: boolean;
}

/**
 * How long a connection is kept that nobody uses, ms. Each plans the named statements for itself: the largest took up to 90 ms
 * on a busy machine, and whoever met a new connection waited for it.
 */
const KEPT_MS = 600_000;

/** Open connections, so that ending a pool can close those that are in use. */
const clientsOf = new WeakMap<Pool, Set<Client>>();

/**
 * Makes a pool. Nothing is connected yet.
 * @param onFailure see `WaitingPool`
 */
export function createPostgresPool(
  options: PostgresPoolOptions,
  onFailure: (error: Error) => void,
): WaitingPool {
  const { url, size, names = null, statementTimeoutMs = 10_000, connectTimeoutMs = 1_000 } = options;
  const settings = sessionSettings({ ...options, statementTimeoutMs });
  // The server cannot enforce its limit on a connection that is broken.
  const answerTimeoutMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + 2_000;
  const config: PoolConfig = {
    connectionString: url,
    max: size,
    // One stays open: making one takes long where the server is far away, and a person may be waiting.
    min: 1,
    idleTimeoutMillis: KEPT_MS,
    application_name: 'poundkey',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: postgresTypes,
    ...(names
      ? { Client: namingClient(names, { ...options, answerTimeoutMs }) }
      : { query_timeout: answerTimeoutMs || undefined }),
    ...(settings !== '' && {
      onConnect: async (client: { query(text: string): unknown }) => {
        await client.query(settings);
      },
    }),
  };
  const pool = new WaitingPool(config, connectTimeoutMs, onFailure);
  pool.setMaxListeners(0);
  const clients = new Set<Client>();
  clientsOf.set(pool, clients);
  pool.on('connect', (client) => clients.add(client as Client));
  pool.on('remove', (client) => clients.delete(client as Client));
  return pool;
}

/**
 * What is set once a connection is there. Not as start-up parameters: PgBouncer refuses those that it does not know, and
 * an option in the URL would replace ours.
 */
function sessionSettings({ searchPath, statementTimeoutMs, sharedSessions }: PostgresPoolOptions): string {
  if (sharedSessions) return '';
  return [
    ...(statementTimeoutMs === 0 ? [] : [`set statement_timeout to ${statementTimeoutMs}`]),
    ...(searchPath === undefined ? [] : [`set search_path to ${searchPath}`]),
    // Each named statement is planned once a connection, not five times first (PostgreSQL, plan_cache_mode).
    'set plan_cache_mode to force_generic_plan',
    // Compiling a plan takes ten times longer than our largest statements run (PostgreSQL, "When to JIT?").
    'set jit to off',
    // A plan is kept while its tables grow, so one that was made for small tables must not read them whole. Where no
    // index helps they still are (PostgreSQL, enable_seqscan).
    'set enable_seqscan to off',
    // The same for joins: these two read a table whole where it was small when they were planned.
    'set enable_hashjoin to off; set enable_mergejoin to off',
  ].join('; ');
}

/**
 * Ends a pool: lets statements finish, then closes every connection. One that is not given back is closed too.
 * @param limitMs how long to wait for connections in use, in milliseconds
 */
export async function endPostgresPool(pool: Pool, limitMs: number): Promise<void> {
  const clients = clientsOf.get(pool) ?? new Set();
  if (await endsWithin(pool.end(), limitMs)) return;
  await Promise.allSettled([...clients].map((client) => client.end()));
}
