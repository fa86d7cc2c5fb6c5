/** Secrets of the form `<prefix>_<id>_<secret>`: the id finds a row, the SHA-256 of the secret half proves the rest. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Letters and digits that are not mistaken for each other when read aloud; 32 of them, so five random bits each. */
const ID_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** What a secret is compared with when there is no row: no text has this hash that anybody could find. */
const NO_HASH = '0'.repeat(64);

/** A new secret: `text` is told once, `id` and `secretHash` (hexadecimal) are stored. */
export function makeNamedSecret(prefix: string): { id: string; secretHash: string; text: string } {
  const id = Array.from(randomBytes(12), (byte) => ID_LETTERS.charAt(byte % 32)).join('');
  const secret = randomBytes(32).toString('base64url');
  return { id, secretHash: hashed(secret), text: `${prefix}_${id}_${secret}` };
}

/** The halves of a secret, or null for what is none. */
export function readNamedSecret(prefix: string, text: string): { id: string; secret: string } | null {
  const [, given, id, secret] = /^([a-z]+)_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  return given === prefix && id !== undefined && secret !== undefined ? { id, secret } : null;
}

/** Whether a secret has the stored hash; takes the same time whether it does, or there is none (null). */
export function hasSecretHash(secret: string, secretHash: string | null): boolean {
  return timingSafeEqual(Buffer.from(hashed(secret), 'hex'), Buffer.from(secretHash ?? NO_HASH, 'hex'));
}

function hashed(secret: string): string {
  return hash('sha256', secret, 'hex');
}
