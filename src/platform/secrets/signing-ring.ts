/** Rings of keys that sign: the first one signs, and the public parts of all are published, so keys can be replaced one after the other. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';

/** The public part of a key, as a JWKS lists it (RFC 7517). */
interface PublicKey {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  use: 'sig';
  alg: 'ES256';
  /** The thumbprint of the key (RFC 7638): two keys never share it, and it need not be chosen. */
  kid: string;
}

/** A key that signs. The private part is a key object, which prints as nothing. */
interface SigningKey {
  kid: string;
  alg: PublicKey['alg'];
  privateKey: KeyObject;
  published: PublicKey;
}

/** Keys that sign. `keys` has all of them, `current` first; those behind it are published only. */
export interface SigningRing {
  current: SigningKey;
  keys: readonly SigningKey[];
}

const FORMAT =
  'SIGNING_KEYS are private keys separated by commas, the one that signs first: each an EC key on P-256, in DER (PKCS #8 or SEC 1), in base64 on one line (openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER | openssl base64 -A)';

/**
 * Reads a ring from text.
 * @throws Error that names the wrong entry by its position and says what is expected; never repeats any of the text
 */
export function parseSigningRing(text: string): SigningRing {
  const keys = text.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1));
  const twice = keys.findIndex(({ kid }, index) => keys.findIndex((other) => other.kid === kid) < index);
  if (twice >= 0) throw new Error(`Entry ${twice + 1} is the key of an earlier entry: ${FORMAT}.`);
  const [current] = keys;
  if (current === undefined) throw new Error(`There is no key: ${FORMAT}.`);
  return { current, keys };
}

/** A ring of one fresh random key, as text for `parseSigningRing`. */
export function newSigningRingText(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}

function parseEntry(entry: string, position: number): SigningKey {
  const privateKey = readPrivateKey(entry);
  if (privateKey?.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error(`Entry ${position} has no usable key: ${FORMAT}.`);
  const { x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const published: PublicKey = {
    kty: 'EC',
    crv: 'P-256',
    x,
    y,
    use: 'sig',
    alg: 'ES256',
    kid: thumbprint(x, y),
  };
  return { kid: published.kid, alg: published.alg, privateKey, published };
}

/** Null for what is none; the errors of OpenSSL are dropped, since they could quote it. */
function readPrivateKey(encoded: string): KeyObject | null {
  const der = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is not base64, so a mistyped key would quietly become another text.
  if (der.toString('base64') !== encoded) return null;
  // What openssl genpkey writes as DER depends on its version.
  return readDer(der, 'pkcs8') ?? readDer(der, 'sec1');
}

function readDer(key: Buffer, type: 'pkcs8' | 'sec1'): KeyObject | null {
  try {
    return createPrivateKey({ key, format: 'der', type });
  } catch {
    return null;
  }
}

/** RFC 7638, section 3: SHA-256 of the required members in alphabetical order. */
function thumbprint(x: string, y: string): string {
  return hash('sha256', JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }), 'base64url');
}
