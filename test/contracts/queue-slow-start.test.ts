/** Queues and workers that are made at a moment when the database cannot be reached. */
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import type { QueuePool } from '../../src/platform/database/queue-pool.ts';
import { openQueues } from '../../src/platform/queue/open-queues.ts';
import { createLines, openSamples, placeFor } from './store-fixtures.ts';

const SETTINGS = { lockDurationMs: 5_000, stalledIntervalMs: 2_000 };

/** The pool, but the first few connections or statements fail, as on a machine that has too much to do. */
function poolOfABusyServer(
  pool: QueuePool,
  failures: { connections?: number; statements?: number },
): QueuePool {
  let { connections = 0, statements = 0 } = failures;
  const query = (text: string, values?: unknown[]) => {
    statements -= 1;
    return statements < 0
      ? pool.query(text, values)
      : Promise.reject(new Error('Connection terminated unexpectedly'));
  };
  const connect = async () => {
    connections -= 1;
    if (connections >= 0) throw new Error('Connection is closed.');
    const client = await pool.connect();
    return statements > 0 ? Object.assign(Object.create(client), { query }) : client;
  };
  return {
    options: 'options' in pool ? pool.options : undefined,
    query,
    connect,
    end: () => pool.end(),
    on: (event: 'error', listener: (error: Error) => void) => pool.on(event, listener),
  } as unknown as QueuePool;
}

describe.runIf(inject('postgresUrl'))('a PostgreSQL that is slow at the start', () => {
  it.each([{ connections: 4 }, { statements: 4 }])(
    'delays the work and loses none of it: %j',
    async (failures) => {
      const { database: place } = await placeFor('postgres');
      const database = await openSamples(place);
      const pool = poolOfABusyServer(database.queuePool, failures);
      const queues = await openQueues({ kind: 'database', pool }, SETTINGS, createLines().log);
      onTestFinished(() => queues.close(500));
      const done: string[] = [];
      const worker = queues.worker('work', async (job) => void done.push(job.id ?? ''), { concurrency: 1 });
      await queues.queue('work').add('advance', {}, { jobId: 'v1' });
      await vi.waitFor(() => expect(done).toEqual(['v1']), { timeout: 10_000 });
      await queues.ping();
      // In seconds. It is an hour otherwise, in which a job is not seen whose notice was missed.
      expect(worker.maximumBlockTimeout).toBe(10);
    },
  );
});
