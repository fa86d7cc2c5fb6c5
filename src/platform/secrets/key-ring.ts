/** Rings of named keys: what is hashed or sealed names its key, so keys can be replaced one after the other. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** Named 256-bit keys. New hashes and seals use `currentId`; the others are still understood. Holds key objects, which print as nothing. */
export interface KeyRing {
  currentId: string;
  /** By id, the current key first. */
  keys: ReadonlyMap<string, KeyObject>;
}

/** A hash and the id of the key it was made with. */
export interface KeyedHash {
  /** HMAC-SHA-256, 64 hexadecimal digits. */
  hash: string;
  keyId: string;
}

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const FORMAT =
  'a key ring is "name:key" entries separated by commas, the current key first: a name is 1-32 letters, digits, "-" or "_", a key is 32 random bytes in base64 (openssl rand -base64 32)';

/**
 * Reads a ring from text, `id:base64,id2:base64`; the first key is the current one.
 * @throws Error that names the wrong entry by its position and says what is expected; never repeats any of the text.
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, KeyObject>();
  for (const [index, entry] of text.split(',').entries()) {
    const { id, key } = parseEntry(entry.trim(), index + 1);
    if (keys.has(id)) throw new Error(`Entry ${index + 1} has the name of an earlier entry: ${FORMAT}.`);
    keys.set(id, key);
  }
  const [currentId = ''] = keys.keys();
  return { currentId, keys };
}

/** No random key has fewer different bytes, nor has one made of random hexadecimal digits. */
const FEWEST_BYTES = 8;
const LONGEST_PERIOD = 16;

/**
 * Whether the current key of a ring is not random at all: few bytes repeated, a pattern again and again, or bytes that
 * are counted up or down.
 * @param text a ring as `parseKeyRing` reads it
 */
export function hasWeakKey(text: string): boolean {
  const [current] = parseKeyRing(text).keys.values();
  const bytes = [...(current?.export() ?? [])];
  const repeats = (period: number) => bytes.every((byte, place) => byte === bytes[place % period]);
  const step = (place: number) => ((bytes[place] ?? 0) - (bytes[place - 1] ?? 0) + 256) % 256;
  return (
    new Set(bytes).size < FEWEST_BYTES ||
    Array.from({ length: LONGEST_PERIOD }, (_, index) => index + 1).some(repeats) ||
    bytes.every((_, place) => place === 0 || step(place) === step(1))
  );
}

/** A ring of one fresh random key, as text for `parseKeyRing`. */
export function newKeyRingText(): string {
  return `k1:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/** HMAC-SHA-256 of a text under the ring's current key. */
export function hmac(ring: KeyRing, text: string): KeyedHash {
  return { hash: hmacWith(ring, ring.currentId, text), keyId: ring.currentId };
}

/**
 * HMAC-SHA-256 of a text under a named key, hexadecimal.
 * @throws Error when the ring has no such key.
 */
export function hmacWith(ring: KeyRing, keyId: string, text: string): string {
  return createHmac('sha256', keyOf(ring, keyId)).update(text, 'utf8').digest('hex');
}

/** The hashes a text may be stored under, the current key's first: for looking up what an older key hashed. */
export function hashesUnderAllKeys(ring: KeyRing, text: string): KeyedHash[] {
  return [...ring.keys.keys()].map((keyId) => ({ hash: hmacWith(ring, keyId, text), keyId }));
}

const FINGERPRINT_DIGITS = 32;

/**
 * By what a key can be told from another one of the same name: the beginning of an HMAC, from which the key cannot be found.
 * @throws Error when the ring has no such key.
 */
export function fingerprintOf(ring: KeyRing, keyId: string): string {
  return hmacWith(ring, keyId, 'fingerprint of this key').slice(0, FINGERPRINT_DIGITS);
}

const VERSION = 'v1';
/** NIST SP 800-38D, 8.2: 96 random bits are safe for 2^32 seals under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals a text with AES-256-GCM under the ring's current key and a random nonce.
 * @param context says what the text belongs to; the same context is needed to unseal, so a seal moved elsewhere is worthless
 * @returns `v1.<key id>.<base64url of nonce, ciphertext and tag>`
 */
export function seal(ring: KeyRing, text: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const header = `${VERSION}.${ring.currentId}`;
  const cipher = createCipheriv('aes-256-gcm', keyOf(ring, ring.currentId), nonce, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(boundTo(header, context));
  const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return `${header}.${Buffer.concat(parts).toString('base64url')}`;
}

/**
 * Opens what `seal` made with the same context.
 * @throws Error, without any secret, when the seal is malformed or was changed, belongs to another context or names a key that the ring lacks.
 */
export function unseal(ring: KeyRing, sealed: string, context: string): string {
  const [version, keyId = '', body = '', ...rest] = sealed.split('.');
  const bytes = Buffer.from(body, 'base64url');
  const wellFormed = version === VERSION && rest.length === 0 && bytes.toString('base64url') === body;
  if (!wellFormed || bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new Error(`The sealed text is malformed: expected "${VERSION}.<key name>.<base64url>".`);
  }
  return decipher(keyOf(ring, keyId), bytes, boundTo(`${version}.${keyId}`, context));
}

function decipher(key: KeyObject, bytes: Buffer, boundData: Buffer): string {
  const opened = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  opened.setAAD(boundData);
  opened.setAuthTag(bytes.subarray(-TAG_BYTES));
  const head = opened.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([head, opened.final()]).toString('utf8');
  } catch {
    // OpenSSL's own error says nothing more than this.
    throw new Error(
      'The sealed text was changed, belongs to something else or was sealed with another key of this name.',
    );
  }
}

/** Header and context as one text; a header has exactly one dot, so no two pairs look alike. */
function boundTo(header: string, context: string): Buffer {
  return Buffer.from(`${header}.${context}`, 'utf8');
}

function parseEntry(entry: string, position: number): { id: string; key: KeyObject } {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  const encoded = entry.slice(colon + 1);
  if (!KEY_ID.test(id)) throw new Error(`Entry ${position} has no usable name: ${FORMAT}.`);
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is not base64, so a mistyped key would quietly become another one.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== encoded) {
    throw new Error(`Entry ${position} has no usable key: ${FORMAT}.`);
  }
  return { id, key: createSecretKey(bytes) };
}

function keyOf(ring: KeyRing, keyId: string): KeyObject {
  const key = ring.keys.get(keyId);
  if (key) return key;
  const known = [...ring.keys.keys()].join(', ');
  throw new Error(
    `The key ring has no key of the wanted name; it has ${known}. Keep replaced keys at the end of the ring until nothing needs them.`,
  );
}
