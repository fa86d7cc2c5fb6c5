import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { loadOrCreateEmbeddedSecrets } from '../platform/secrets/embedded-secrets.ts';
import { type KeyRing, parseKeyRing } from '../platform/secrets/key-ring.ts';

/** Keys that hash, and keys that seal. */
export interface KeyRings {
  hashKeys: KeyRing;
  sealKeys: KeyRing;
}

/** The key rings of the configuration, or, for the embedded store, its own. */
export function readKeys(config: Pick<Config, 'secrets' | 'database'>, log: Logger): KeyRings {
  const { hashKeys, sealKeys } = config.secrets ?? embeddedKeys(config, log);
  return { hashKeys: parseKeyRing(hashKeys), sealKeys: parseKeyRing(sealKeys) };
}

function embeddedKeys(
  { database }: Pick<Config, 'database'>,
  log: Logger,
): { hashKeys: string; sealKeys: string } {
  if (database.kind !== 'embedded')
    throw new Error('HASH_KEYS and SEAL_KEYS are required with DATABASE_URL.');
  const { dataDir } = database;
  const { secrets, created } = loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys', 'sealKeys']);
  if (created.length > 0)
    log.info({ created, dataDir }, 'made secrets of its own, kept in secrets.json (mode 0600)');
  return { hashKeys: secrets.hashKeys ?? '', sealKeys: secrets.sealKeys ?? '' };
}
