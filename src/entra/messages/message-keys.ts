import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { compactDecrypt, decodeProtectedHeader } from 'jose';
import sql from 'sql-template-tag';
import { DAY_MS, later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { type KeyRing, seal, unseal } from '../../platform/secrets/key-ring.ts';
import { resealAll } from '../../platform/secrets/reseal.ts';
import { selfSigned } from '../../platform/secrets/self-signed.ts';
import { MessageRefused } from './refusal.ts';

/** A key that messages are encrypted for, as the registry holds it. */
export interface SealedKey {
  id: string;
  sealedKey: string;
}

/** A new key with its certificate. */
export interface NewMessageKey extends SealedKey {
  /** PEM. */
  certificate: string;
  expiresAt: Date;
}

/** The name that certificates have. */
const COMMON_NAME = 'ExternalPhoneProvider';
/** How long certificates are valid, days. */
const VALID_DAYS = 365;
const KEY_BITS = 2_048;
const SEGMENTS = 5;
const LONGEST_JWE = 16_384;

const newPair = promisify(generateKeyPair);
const contextOf = (id: string) => `entra message key ${id}`;

/** Makes a key; its private half leaves sealed only. */
export async function newMessageKey(sealKeys: KeyRing, now: Date): Promise<NewMessageKey> {
  const { privateKey } = await newPair('rsa', { modulusLength: KEY_BITS });
  const id = randomUUID();
  // Certificates have whole seconds.
  const from = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const expiresAt = later(from, VALID_DAYS * DAY_MS);
  const certificate = selfSigned({ commonName: COMMON_NAME, privateKey, from, until: expiresAt });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { id, certificate, expiresAt, sealedKey: seal(sealKeys, pem, contextOf(id)) };
}

/** What was decrypted, with which key, and whether the message named that key. */
interface Decrypted {
  plain: string;
  keyId: string;
  isNamed: boolean;
}

/** Decrypts messages. */
export type Decrypt = ReturnType<typeof createDecrypt>;

/** @param sealKeys open private keys; those that were opened are kept, since that takes longer than to decrypt */
export function createDecrypt(sealKeys: KeyRing) {
  const opened = new Map<string, KeyObject>();

  function open({ id, sealedKey }: SealedKey): KeyObject {
    const known = opened.get(sealedKey) ?? createPrivateKey(unseal(sealKeys, sealedKey, contextOf(id)));
    opened.set(sealedKey, known);
    return known;
  }

  /**
   * With the key that the message names, if it is one of these; else with whichever fits, the newest first.
   * @throws MessageRefused `message.unreadable`, without anything of why
   */
  return async function decrypt(
    jwe: string,
    keys: readonly SealedKey[],
    correlationId: string | null,
  ): Promise<Decrypted> {
    const kid = kidOf(jwe);
    const named = keys.filter(({ id }) => id === kid);
    for (const key of [...named, ...keys.filter((each) => !named.includes(each))]) {
      const plain = await decryptWith(jwe, open(key));
      if (plain !== null) return { plain, keyId: key.id, isNamed: named.includes(key) };
    }
    throw new MessageRefused('message.unreadable', 'No key of the connection decrypts the message.', {
      correlationId,
    });
  };
}

/** Null: it cannot be read. */
function kidOf(jwe: string): string | null {
  const segments = jwe.split('.');
  if (jwe.length > LONGEST_JWE || segments.length !== SEGMENTS || segments.includes('')) return null;
  try {
    return String(decodeProtectedHeader(jwe).kid).toLowerCase();
  } catch {
    return null;
  }
}

async function decryptWith(jwe: string, key: KeyObject): Promise<string | null> {
  if (jwe.length > LONGEST_JWE || jwe.split('.').length !== SEGMENTS) return null;
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['RSA-OAEP-256'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
  } catch {
    // Whatever it is, whoever sent it must learn nothing more.
    return null;
  }
}

/**
 * Seals private keys anew that are sealed under a replaced key, so that the key can go from the ring; each by a guarded
 * update.
 * @returns how many were
 * @throws Error when the ring has lost a key that is still needed
 */
export async function resealMessageKeys(run: RunStatement, sealKeys: KeyRing): Promise<number> {
  const rows = await run<SealedKey>(
    sql`select id, sealed_key from entra_message_key where sealed_key is not null order by id`,
  );
  const texts = rows.map(({ id, sealedKey }) => ({ id, sealed: sealedKey, context: contextOf(id) }));
  return resealAll(sealKeys, texts, async ({ id, sealed }, anew) => {
    const done = await run(sql`update entra_message_key set sealed_key = ${anew}
      where id = ${id}::uuid and sealed_key = ${sealed} returning id`);
    return done.length;
  });
}
