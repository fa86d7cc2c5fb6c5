import type { Telemetry } from 'bullmq';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { type Database, openDatabase } from '../platform/database/open-database.ts';
import { openQueues, type Queues } from '../platform/queue/open-queues.ts';
import type { KeyRings } from '../platform/secrets/key-rings.ts';
import { readKeys } from '../platform/secrets/read-keys.ts';
import type { OnStop } from '../platform/shutdown.ts';
import { MIGRATIONS } from '../registry/migrations.ts';
import type { Registry } from '../registry/schema.ts';

/** What outlives the process: the registry, the queue, and the keys that open what the registry holds. */
export interface Stores extends KeyRings {
  database: Database<Registry>;
  queues: Queues;
}

/** Opens the stores that the configuration names, migrates the registry and reads the keys. */
export async function openStores(
  config: Config,
  telemetry: Telemetry | null,
  log: Logger,
  onStop: OnStop,
): Promise<Stores> {
  const withQueueTables = config.queue.kind === 'database';
  const place =
    config.database.kind === 'postgres' ? { ...config.database, withQueueTables } : config.database;
  const database = await openDatabase<Registry>(place, MIGRATIONS, log);
  onStop('registry', () => database.close());
  const keys = readKeys(config, log);
  const { queuePool: pool } = database;
  const queuePlace = config.queue.kind === 'redis' ? config.queue : { kind: config.queue.kind, pool };
  const queues = await openQueues(queuePlace, { ...config.worker, telemetry }, log);
  onStop('queues', () => queues.close());
  return { database, queues, ...keys };
}
