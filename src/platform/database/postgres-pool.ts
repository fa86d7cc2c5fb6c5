/** Pools of connections to a PostgreSQL server. They outlive its restarts: a broken connection is dropped, the next one is new. */
import { type Client, Pool } from 'pg';
import { endsWithin } from '../ends-within.ts';
import type { ReportOutage } from '../outage-log.ts';
import { postgresTypes } from './row-parsers.ts';

/** What differs between our pools. */
export interface PostgresPoolOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  url: string;
  /** Most connections at once. They are made when needed. */
  size: number;
  /** Schemas in which names are looked up, for example `bullmq, public`; the server's default when left out. */
  searchPath?: string;
  /** Longest a statement may take, in milliseconds; 0 for no limit. */
  statementTimeoutMs?: number;
}

/** Open connections, so that ending a pool can close those that are in use. */
const clientsOf = new WeakMap<Pool, Set<Client>>();

/**
 * Makes a pool. Nothing is connected yet. Waiting for a connection ends after 1 s with an error, so a webhook can say
 * "one moment" in time.
 * @param report told of connections that broke
 */
export function createPostgresPool(options: PostgresPoolOptions, report: ReportOutage): Pool {
  const { url, size, searchPath, statementTimeoutMs = 10_000 } = options;
  const pool = new Pool({
    connectionString: url,
    max: size,
    application_name: 'poundkey',
    connectionTimeoutMillis: 1_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    // The server cannot enforce its limit on a line that is dead.
    query_timeout: statementTimeoutMs === 0 ? undefined : statementTimeoutMs + 2_000,
    types: postgresTypes,
    // Not as a start-up option: one in the URL would replace ours.
    ...(searchPath && {
      onConnect: async (client: { query(text: string): unknown }) => {
        await client.query(`set search_path to ${searchPath}`);
      },
    }),
  });
  pool.setMaxListeners(0);
  pool.on('error', (error) => report('postgres', error));
  // The pool listens to idle connections only. One that breaks while it is in use would end the process.
  pool.on('connect', (client) => client.on('error', (error) => report('postgres', error)));
  const clients = new Set<Client>();
  clientsOf.set(pool, clients);
  pool.on('connect', (client) => clients.add(client as Client));
  pool.on('remove', (client) => clients.delete(client as Client));
  return pool;
}

/**
 * Ends a pool: lets statements finish, then closes every connection. One that nobody gives back is closed all the same.
 * @param limitMs how long to wait for connections in use, in milliseconds
 */
export async function endPostgresPool(pool: Pool, limitMs: number): Promise<void> {
  const clients = clientsOf.get(pool) ?? new Set();
  if (await endsWithin(pool.end(), limitMs)) return;
  await Promise.allSettled([...clients].map((client) => client.end()));
}
