import type { Telemetry } from 'bullmq';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { type Database, openDatabase } from '../platform/database/open-database.ts';
import { openQueues, type Queues } from '../platform/queue/open-queues.ts';
import { loadOrCreateEmbeddedSecrets } from '../platform/secrets/embedded-secrets.ts';
import { newKeyRingText, parseKeyRing } from '../platform/secrets/key-ring.ts';
import type { KeyRings } from '../platform/secrets/key-rings.ts';
import { newSigningRingText, parseSigningRing } from '../platform/secrets/signing-ring.ts';
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

/** The key rings of the configuration, or, for the embedded store, those kept in its data directory. */
export function readKeys(
  config: Pick<Config, 'secrets' | 'signingKeys' | 'database'>,
  log: Logger,
): KeyRings {
  const given = { ...config.secrets, ...(config.signingKeys ? { signingKeys: config.signingKeys } : {}) };
  const missing = (['hashKeys', 'sealKeys', 'signingKeys'] as const).filter((name) => !given[name]);
  const rings = missing.length === 0 ? given : { ...embeddedKeys(config, missing, log), ...given };
  const { hashKeys = '', sealKeys = '', signingKeys = '' } = rings;
  return {
    hashKeys: parseKeyRing(hashKeys),
    sealKeys: parseKeyRing(sealKeys),
    signingKeys: parseSigningRing(signingKeys),
  };
}

function embeddedKeys<Name extends string>(
  { database }: Pick<Config, 'database'>,
  names: Name[],
  log: Logger,
): Partial<Record<Name, string>> {
  if (database.kind !== 'embedded')
    throw new Error('HASH_KEYS, SEAL_KEYS and SIGNING_KEYS are required with DATABASE_URL.');
  const { dataDir } = database;
  const make = (name: string) => (name === 'signingKeys' ? newSigningRingText() : newKeyRingText());
  const { secrets, created } = loadOrCreateEmbeddedSecrets(dataDir, names, make);
  if (created.length > 0)
    log.info(
      { created, dataDir },
      'created keys for hashing, sealing and signing, kept in secrets.json (mode 0600)',
    );
  return secrets as Partial<Record<Name, string>>;
}
