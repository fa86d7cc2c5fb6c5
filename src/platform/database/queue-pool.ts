/** The pools a database offers, and the one that BullMQ gets. */
import type { PgPool } from 'bullmq';
import type { PostgresPool } from 'kysely';
import type { Pool } from 'pg';
import { isUnavailable } from '../http/unavailable.ts';

/** What BullMQ's PostgreSQL backend asks of a pool; see `pg-types.d.ts` in that package. */
export type QueuePool = PgPool;

/** What each kind of database opens. */
export interface OpenPools {
  /** For Kysely. */
  pool: PostgresPool;
  queuePool: QueuePool;
  /** See `Database.check`. */
  check(): Promise<void>;
  /** Ends the pools and whatever stands behind them. */
  close(): Promise<void>;
}

/**
 * A server's pool for BullMQ. BullMQ retries after a pause only what it takes for a lost connection, and it recognises one by the
 * message `Connection is closed.` or by ECONNREFUSED. Anything else, such as "the database system is starting up", makes
 * it fail the job at hand or ask again without a pause. So every sign of an outage gets that message, and the error
 * underneath as its cause.
 */
export function asQueuePool(pool: Pool): QueuePool {
  const facade = {
    options: pool.options,
    query: (text: string, values?: unknown[]) => pool.query(text, values).catch(rethrow),
    connect: () => pool.connect().catch(rethrow),
    end: () => pool.end(),
    on: (event: 'error', listener: (error: Error) => void) => pool.on(event, listener),
    removeAllListeners: (event?: string) => pool.removeAllListeners(event),
  };
  return facade as unknown as QueuePool;
}

function rethrow(error: unknown): never {
  throw isUnavailable(error) ? new Error('Connection is closed.', { cause: error }) : error;
}
