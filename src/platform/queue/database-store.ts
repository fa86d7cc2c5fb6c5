/** Queues in the database, through BullMQ's PostgreSQL backend. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  createPostgresBackend,
  type PgPool,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  type Worker,
} from 'bullmq';
import { isUnavailable } from '../http/unavailable.ts';
import { openDatabaseNotices } from './database-notices.ts';
import type { QueueStore, Traced } from './queue-store.ts';
import { SteadyWorker } from './steady-worker.ts';

/** Between two tries to reach the database for the first time, ms. */
const RETRY_MS = 250;

/** @param pool finds BullMQ's tables by itself (`search_path`); whoever opened it ends it */
export function createDatabaseStore(pool: PgPool, traced: Traced): QueueStore {
  return {
    subject: 'queue',
    watched: false,
    createQueue: (name) =>
      new Queue(
        name,
        { ...traced, connection: waitingForFirstLook(pool) },
        createPostgresBackend,
      ) as unknown as Queue,
    createWorker: (name, processor, options) =>
      new SteadyWorker<PostgresQueueBackend, PostgresConnectionOptions>(
        name,
        processor,
        { ...options, ...traced, connection: waitingForFirstLook(pool) },
        createPostgresBackend,
      ) as unknown as Worker,
    openNotices: (name, listener) => openDatabaseNotices(pool, `poundkey_${name}`, listener),
    async ping() {
      await pool.query('select 1');
    },
    end: async () => undefined,
  };
}

/**
 * The pool as one queue or worker gets it. BullMQ looks at its tables once, over its first connection, and remembers for ever
 * when that failed: a worker that was made while the database was away would ask itself for jobs without end, and nothing
 * else in the process would run any more. So that look waits for the database, until the pool is ended; what is asked later
 * fails at once, as BullMQ tries it again itself.
 */
function waitingForFirstLook(pool: PgPool): PgPool {
  let hasLooked = false;
  const look: PgPool['query'] = async (text, values) => {
    try {
      const result = await pool.query(text, values);
      hasLooked = true;
      return result;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    await pause(RETRY_MS);
    return look(text, values);
  };
  const first = { query: look, release: () => undefined };
  const passedOn = {
    options: 'options' in pool ? pool.options : undefined,
    query: (text: string, values?: unknown[]) => pool.query(text, values),
    connect: async () => (hasLooked ? pool.connect() : first),
    end: () => pool.end(),
    on: (event: 'error', listener: (error: Error) => void) => pool.on(event, listener),
    removeAllListeners: (event?: string) => pool.removeAllListeners(event),
  };
  return passedOn as unknown as PgPool;
}
