/** Queues and workers that are made at a moment when the database cannot be reached. */
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import type { QueuePool } from '../../src/platform/database/queue-pool.ts';
import { openQueues } from '../../src/platform/queue/open-queues.ts';
import { createLines, openSamples, placeFor } from './store-fixtures.ts';

const SETTINGS = { lockDurationMs: 5_000, stalledIntervalMs: 2_000 };

/** The pool, but the first few connections cannot be had, as on a machine that has too much to do. */
function poolOfABusyServer(pool: QueuePool, failures: number): QueuePool {
  let left = failures;
  const connect = () => {
    left -= 1;
    return left < 0 ? pool.connect() : Promise.reject(new Error('Connection is closed.'));
  };
  return {
    options: 'options' in pool ? pool.options : undefined,
    query: (text: string, values?: unknown[]) => pool.query(text, values),
    connect,
    end: () => pool.end(),
    on: (event: 'error', listener: (error: Error) => void) => pool.on(event, listener),
  } as unknown as QueuePool;
}

describe.runIf(inject('postgresUrl'))('a PostgreSQL that is slow at the start', () => {
  it('delays the work and loses none of it', async () => {
    const { database: place } = await placeFor('postgres');
    const database = await openSamples(place);
    const pool = poolOfABusyServer(database.queuePool, 4);
    const queues = await openQueues({ kind: 'database', pool }, SETTINGS, createLines().log);
    onTestFinished(() => queues.close(500));
    const queue = queues.queue('work');
    const done: string[] = [];
    queues.worker('work', async (job) => void done.push(job.id ?? ''), { concurrency: 1 });
    await queue.add('advance', {}, { jobId: 'v1' });
    await vi.waitFor(() => expect(done).toEqual(['v1']), { timeout: 10_000 });
    await queues.ping();
  });
});
