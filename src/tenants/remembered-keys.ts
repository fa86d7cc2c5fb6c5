import { hash } from 'node:crypto';
import { keepNewest } from '../platform/keep-newest.ts';

/** Keys of each kind that are remembered; then the oldest are forgotten. */
const MOST_KEYS = 10_000;

/**
 * Remembers hashes of keys that were refused, and of keys that proved right. No key that was refused ever proves right:
 * it is told only once it is in the registry, and what is revoked stays so. It is remembered for a while nevertheless,
 * since a registry may be restored.
 * @param now milliseconds of a clock
 * @param ageMs how long a refused key is remembered, ms
 */
export function createRememberedKeys(now: () => number, ageMs: number) {
  const refused = new Map<string, number>();
  const right = new Map<string, number>();
  const remember = (keys: Map<string, number>, keyHash: string) =>
    keepNewest(keys, keyHash, now(), MOST_KEYS);
  return {
    /** Whether a key was refused a short while ago. */
    isRefused(key: string): boolean {
      const at = refused.get(hashed(key));
      return at !== undefined && now() - at < ageMs;
    },
    /** Whether a key proved right the last time. It may have been revoked since. */
    isRight: (key: string): boolean => right.has(hashed(key)),
    refused(key: string): void {
      const keyHash = hashed(key);
      right.delete(keyHash);
      remember(refused, keyHash);
    },
    right(key: string): void {
      const keyHash = hashed(key);
      if (!right.has(keyHash)) remember(right, keyHash);
    },
  };
}

const hashed = (key: string) => hash('sha256', key, 'base64');
