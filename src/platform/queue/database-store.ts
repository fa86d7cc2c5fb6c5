/** Queues in the database, through BullMQ's PostgreSQL backend. */
import { createPostgresBackend, type PgPool, Queue, Worker } from 'bullmq';
import type { QueueStore, Traced } from './queue-store.ts';

/** @param pool finds BullMQ's tables by itself (`search_path`); whoever opened it ends it */
export function createDatabaseStore(pool: PgPool, traced: Traced): QueueStore {
  return {
    createQueue: (name) =>
      new Queue(name, { ...traced, connection: pool }, createPostgresBackend) as unknown as Queue,
    createWorker: (name, processor, options) =>
      new Worker(
        name,
        processor,
        { ...options, ...traced, connection: pool },
        createPostgresBackend,
      ) as unknown as Worker,
    async ping() {
      await pool.query('select 1');
    },
    end: async () => undefined,
  };
}
