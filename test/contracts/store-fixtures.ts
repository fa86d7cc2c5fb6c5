/** Opens what a contract test needs and closes it at the end of the test, whatever happened in between. */
import { onTestFinished } from 'vitest';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
} from '../../src/platform/database/open-database.ts';
import { openQueues } from '../../src/platform/queue/open-queues.ts';
import { type FreshStores, freshStores, type StoreCombination } from '../support/stores.ts';
import { type Samples, sampleMigrations } from './sample-migrations.ts';

/** Log lines of one test. */
export function createLines() {
  const lines: Array<{ fields: unknown; text: string }> = [];
  return { lines, log: { warn: (fields: unknown, text = '') => void lines.push({ fields, text }) } };
}

/** A store of our own until the test ends. */
export async function placeFor(combination: StoreCombination): Promise<FreshStores> {
  const stores = await freshStores(combination);
  onTestFinished(() => stores.drop());
  return stores;
}

/** Opens a database until the test ends. */
export async function openSamples(
  options: DatabaseOptions,
  migrations = sampleMigrations,
): Promise<Database<Samples>> {
  const database = await openDatabase<Samples>(options, migrations, createLines().log);
  onTestFinished(() => database.close());
  return database;
}

/** Opens both stores until the test ends. */
export async function openBoth(stores: FreshStores, log = createLines().log) {
  const database = await openSamples(stores.database);
  const place =
    stores.queue.kind === 'redis' ? stores.queue : { kind: 'database' as const, pool: database.queuePool };
  const queues = await openQueues(place, { lockDurationMs: 5_000, stalledIntervalMs: 2_000 }, log);
  onTestFinished(() => queues.close());
  return { database, queues };
}
