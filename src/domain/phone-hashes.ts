import { hashesUnderAllKeys, type KeyRing } from '../platform/secrets/key-ring.ts';

/**
 * What phones are known by in counters and lists: `<key id>.<hash>` of a text under each key of the ring, the current
 * one first, so that what an older key hashed is still found.
 */
export function phoneHashes(ring: KeyRing, text: string): string[] {
  return hashesUnderAllKeys(ring, text).map(({ keyId, hash }) => `${keyId}.${hash}`);
}
