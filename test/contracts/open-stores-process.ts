/**
 * Run as a process with `FreshStores` as JSON: opens the stores and says so. With "use and close" it works off a job, closes
 * everything and must then end by itself; else it stays.
 */
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { openQueues } from '../../src/platform/queue/open-queues.ts';
import type { FreshStores } from '../support/stores.ts';
import { sampleMigrations } from './sample-migrations.ts';

const [json = '', then] = process.argv.slice(2);
const stores = JSON.parse(json) as FreshStores;
const log = { warn: (...line: unknown[]) => void process.stdout.write(`${JSON.stringify(line)}\n`) };
const database = await openDatabase(stores.database, sampleMigrations, log);
process.stdout.write('opened\n');
if (then === 'use and close') {
  const place =
    stores.queue.kind === 'redis' ? stores.queue : { kind: 'database' as const, pool: database.queuePool };
  const queues = await openQueues(place, { lockDurationMs: 5_000, stalledIntervalMs: 2_000 }, log);
  const { promise: worked, resolve } = Promise.withResolvers<void>();
  // A queue of its own: on a shared one, a process that has taken one job takes another's before it closes.
  const own = `work-${process.pid}`;
  queues.worker(own, async () => resolve(), { concurrency: 1 });
  await queues.queue(own).add('advance', {}, { jobId: 'once' });
  await worked;
  await queues.close();
  await database.close();
  process.stdout.write('closed\n');
} else setInterval(() => undefined, 60_000);
