import type { Telemetry } from 'bullmq';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { type Database, openDatabase } from '../platform/database/open-database.ts';
import { openQueues, type Queues } from '../platform/queue/open-queues.ts';
import { loadOrCreateEmbeddedSecrets } from '../platform/secrets/embedded-secrets.ts';
import { type KeyRing, parseKeyRing } from '../platform/secrets/key-ring.ts';
import { MIGRATIONS } from '../registry/migrations.ts';
import type { Registry } from '../registry/schema.ts';
import type { Undo } from './undo.ts';

/** What outlives the process: the registry, the queue, and the keys that open what the registry holds. */
export interface Stores {
  database: Database<Registry>;
  queues: Queues;
  hashKeys: KeyRing;
  sealKeys: KeyRing;
}

/** Opens the stores that the configuration names, migrates the registry and reads the keys. */
export async function openStores(
  config: Config,
  log: Logger,
  undo: Undo,
  telemetry: Telemetry | null,
): Promise<Stores> {
  const withQueueTables = config.queue.kind === 'database';
  const place =
    config.database.kind === 'postgres' ? { ...config.database, withQueueTables } : config.database;
  const database = await openDatabase<Registry>(place, MIGRATIONS, log);
  undo('registry', () => database.close());
  const keys = readKeys(config, log);
  const { queuePool: pool } = database;
  const queuePlace = config.queue.kind === 'redis' ? config.queue : { kind: config.queue.kind, pool };
  const queues = await openQueues(queuePlace, { ...config.worker, telemetry }, log);
  undo('queues', () => queues.close());
  return { database, queues, ...keys };
}

/** Keys from the configuration, or, for the embedded store, its own. */
function readKeys(config: Config, log: Logger): { hashKeys: KeyRing; sealKeys: KeyRing } {
  const { hashKeys, sealKeys } = config.secrets ?? embeddedKeys(config, log);
  return { hashKeys: parseKeyRing(hashKeys), sealKeys: parseKeyRing(sealKeys) };
}

function embeddedKeys(config: Config, log: Logger): { hashKeys: string; sealKeys: string } {
  if (config.database.kind !== 'embedded')
    throw new Error('HASH_KEYS and SEAL_KEYS are required with DATABASE_URL.');
  const { dataDir } = config.database;
  const { secrets, created } = loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys', 'sealKeys']);
  if (created.length > 0)
    log.info({ created, dataDir }, 'made secrets of its own, kept in secrets.json (mode 0600)');
  return { hashKeys: secrets.hashKeys ?? '', sealKeys: secrets.sealKeys ?? '' };
}
