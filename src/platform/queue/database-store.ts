/** Queues in the database, through BullMQ's PostgreSQL backend. */
import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresBackend, type PgPool, Queue, Worker } from 'bullmq';
import { isUnavailable } from '../http/unavailable.ts';
import { openDatabaseNotices } from './database-notices.ts';
import type { QueueStore, Traced } from './queue-store.ts';

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
        { ...traced, connection: waitingForFirstConnection(pool) },
        createPostgresBackend,
      ) as unknown as Queue,
    createWorker: (name, processor, options) =>
      new Worker(
        name,
        processor,
        { ...options, ...traced, connection: waitingForFirstConnection(pool) },
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
 * The pool as one queue or worker gets it. BullMQ connects once to get ready, and remembers for ever when that failed:
 * a worker that was made while the database had too much to do would never work. So the first connection waits for
 * the database, until the pool is ended; later ones fail at once, as BullMQ tries those again itself.
 */
function waitingForFirstConnection(pool: PgPool): PgPool {
  let connected = false;
  const connect: PgPool['connect'] = async () => {
    try {
      const client = await pool.connect();
      connected = true;
      return client;
    } catch (error) {
      if (connected || !isUnavailable(error)) throw error;
    }
    await pause(RETRY_MS);
    return connect();
  };
  const passedOn = {
    options: 'options' in pool ? pool.options : undefined,
    query: (text: string, values?: unknown[]) => pool.query(text, values),
    connect,
    end: () => pool.end(),
    on: (event: 'error', listener: (error: Error) => void) => pool.on(event, listener),
    removeAllListeners: (event?: string) => pool.removeAllListeners(event),
  };
  return passedOn as unknown as PgPool;
}
