/** Reads the key rings that the service works with. */
import type { Logger } from 'pino';
import { loadOrCreateEmbeddedSecrets } from './embedded-secrets.ts';
import { newKeyRingText, parseKeyRing } from './key-ring.ts';
import type { KeyRings } from './key-rings.ts';
import { newSigningRingText, parseSigningRing } from './signing-ring.ts';

/** Where the key rings are: their texts as configured, and for those that are missing, the embedded store's directory. */
export interface KeyPlace {
  secrets: { hashKeys: string; sealKeys: string } | null;
  signingKeys?: string | null;
  database: { kind: 'embedded'; dataDir: string } | { kind: 'postgres' };
}

/**
 * The key rings of the configuration, or, for the embedded store, those kept in its data directory.
 * @throws Error when a ring is missing and the store is not embedded, and as `parseKeyRing`, `parseSigningRing` and
 *   `loadOrCreateEmbeddedSecrets` do
 */
export function readKeys(place: KeyPlace, log: Pick<Logger, 'info'>): KeyRings {
  const given = { ...place.secrets, ...(place.signingKeys ? { signingKeys: place.signingKeys } : {}) };
  const missing = (['hashKeys', 'sealKeys', 'signingKeys'] as const).filter((name) => !given[name]);
  const rings = missing.length === 0 ? given : { ...embeddedKeys(place, missing, log), ...given };
  const { hashKeys = '', sealKeys = '', signingKeys = '' } = rings;
  return {
    hashKeys: parseKeyRing(hashKeys),
    sealKeys: parseKeyRing(sealKeys),
    signingKeys: parseSigningRing(signingKeys),
  };
}

function embeddedKeys<Name extends string>(
  { database }: Pick<KeyPlace, 'database'>,
  names: Name[],
  log: Pick<Logger, 'info'>,
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
