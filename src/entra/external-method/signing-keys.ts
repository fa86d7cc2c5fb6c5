/** The keys that sign answers to Entra: made when they are needed, published two days before they sign, and replaced in time. */
import { createPrivateKey, generateKeyPair, hash, type KeyObject, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import sql from 'sql-template-tag';
import { WARNED_DAYS } from '../../domain/certificate-expiry.ts';
import type { Logger } from '../../log.ts';
import { type Clock, DAY_MS, daysUntil, later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { type KeyRing, seal, unseal } from '../../platform/secrets/key-ring.ts';
import { resealAll } from '../../platform/secrets/reseal.ts';
import type { EntraKeyTable } from '../../registry/entra-schema.ts';
import { selfSignedCertificate } from './certificate.ts';

/** How long a certificate is valid, ms. */
const LIFE_MS = 730 * DAY_MS;
/** How long a key is published before it signs, and after another one does, ms: Entra keeps what it has read for a day. */
const PUBLISHED_MS = 2 * DAY_MS;
/** How long before its end a key is replaced, ms. */
const RENEWED_MS = 60 * DAY_MS;
/** Clocks of others may be behind. */
const VALID_BEFORE_MS = DAY_MS;

/** A public key in a JWKS (RFC 7517), with what Entra asks for beside it. */
export interface PublishedKey {
  kty: 'RSA';
  use: 'sig';
  alg: 'RS256';
  kid: string;
  x5t: string;
  n: string;
  e: string;
  x5c: string[];
}

/** A key as it stands in the registry. */
type KeyRow = EntraKeyTable;

/** What of a key may be shown. */
export type ShownKey = Pick<KeyRow, 'number' | 'kid' | 'createdAt' | 'signsFrom' | 'expiresAt'>;

/** The keys of this installation. */
export type EntraSigningKeys = ReturnType<typeof createEntraSigningKeys>;

/** What the keys need. */
interface KeyDeps {
  run: RunStatement;
  sealKeys: () => KeyRing;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
}

/** @param deps.sealKeys private keys are sealed with them */
export function createEntraSigningKeys(deps: KeyDeps) {
  const { run, clock, log } = deps;

  const read = () =>
    run<KeyRow>(sql`select number, kid, certificate, sealed_private_key, created_at, signs_from, expires_at
      from entra_key where expires_at > ${clock.now()} order by number`);

  /** Of several processes that want the same number one writes its key, and all read that one. */
  async function make(number: number, signsFrom: Date): Promise<KeyRow[]> {
    const now = clock.now();
    const made = await newKey(number, now, deps.sealKeys());
    await run(sql`insert into entra_key (number, kid, certificate, sealed_private_key, created_at, signs_from, expires_at)
      values (${number}::int, ${made.kid}, ${made.certificate}, ${made.sealedPrivateKey}, ${now}, ${signsFrom},
        ${later(now, LIFE_MS)}) on conflict (number) do nothing`);
    return read();
  }

  /** @param isWanted whether a further key is to be made, as long as the newest one signs already */
  async function keys(isWanted = false): Promise<KeyRow[]> {
    const now = clock.now();
    const known = await read();
    const newest = known.at(-1);
    if (newest === undefined) return make((await lastNumber(run)) + 1, now);
    const isDue = newest.expiresAt.getTime() - now.getTime() < RENEWED_MS;
    if (!isDue && !(isWanted && newest.signsFrom <= now)) return known;
    const signsFrom = later(now, PUBLISHED_MS);
    log.warn(
      { kid: newest.kid, expiresAt: newest.expiresAt, signsFrom },
      'a new key for answers to Entra is published, and signs in two days; there is nothing to do',
    );
    return make(newest.number + 1, signsFrom);
  }

  async function signing(): Promise<KeyRow> {
    const now = clock.now();
    const known = await keys();
    const current = known.findLast(({ signsFrom }) => signsFrom <= now) ?? known[0];
    if (current === undefined) throw new Error('there is no key for answers to Entra after one was made');
    // Something keeps new ones from being written.
    if (daysUntil(current.expiresAt, now) < WARNED_DAYS && current === known.at(-1))
      log.warn(
        { kid: current.kid, expiresAt: current.expiresAt },
        'the key for answers to Entra expires soon',
      );
    return current;
  }

  return {
    /** Those that sign or will, and those that did until two days ago. */
    async published(): Promise<PublishedKey[]> {
      const now = clock.now();
      const known = await keys();
      const isReplaced = ({ number }: KeyRow) =>
        known.some((other) => other.number > number && later(other.signsFrom, PUBLISHED_MS) <= now);
      return known.filter((key) => !isReplaced(key)).map(toPublished);
    },

    /** @throws Error when the private key cannot be unsealed: SEAL_KEYS lacks what it was sealed with */
    async signing(): Promise<{ kid: string; privateKey: KeyObject }> {
      const { kid, number, sealedPrivateKey } = await signing();
      const encoded = unseal(deps.sealKeys(), sealedPrivateKey, contextOf(number));
      const key = Buffer.from(encoded, 'base64');
      return { kid, privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) };
    },

    /** Makes the next key unless one waits for its time already. @returns all of them */
    rotate: async (): Promise<ShownKey[]> => (await keys(true)).map(toShown),

    list: async (): Promise<ShownKey[]> => (await keys()).map(toShown),
  };
}

const contextOf = (number: number) => `entra-key:${number}`;

async function lastNumber(run: RunStatement): Promise<number> {
  const [row] = await run<{ last: number }>(sql`select coalesce(max(number), 0)::int as last from entra_key`);
  return row?.last ?? 0;
}

async function newKey(number: number, now: Date, sealKeys: KeyRing) {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const certificate = selfSignedCertificate({
    ...{ privateKey, name: 'Poundkey, answers to Entra' },
    ...{ from: later(now, -VALID_BEFORE_MS), until: later(now, LIFE_MS) },
  });
  const encoded = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  return {
    kid: hash('sha1', certificate, 'base64url'),
    certificate: certificate.toString('base64'),
    sealedPrivateKey: seal(sealKeys, encoded, contextOf(number)),
  };
}

/** Entra wants `kid` to be base64url: the thumbprint of the certificate is, and can be checked. */
function toPublished({ kid, certificate }: KeyRow): PublishedKey {
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t: kid, n, e, x5c: [certificate] };
}

const toShown = ({ number, kid, createdAt, signsFrom, expiresAt }: KeyRow): ShownKey => ({
  ...{ number, kid, createdAt, signsFrom, expiresAt },
});

/**
 * Seals private keys anew that are sealed under a replaced key, so that the key can go from the ring; each by a guarded
 * update.
 * @returns how many were
 * @throws Error when the ring has lost a key that is still needed
 */
export async function resealEntraKeys(run: RunStatement, sealKeys: KeyRing): Promise<number> {
  const rows = await run<Pick<KeyRow, 'number' | 'sealedPrivateKey'>>(
    sql`select number, sealed_private_key from entra_key order by number`,
  );
  const texts = rows.map(({ number, sealedPrivateKey: sealed }) => ({
    ...{ number, sealed },
    context: contextOf(number),
  }));
  return resealAll(sealKeys, texts, async ({ number, sealed }, anew) => {
    const done = await run(sql`update entra_key set sealed_private_key = ${anew}
      where number = ${number}::int and sealed_private_key = ${sealed} returning number`);
    return done.length;
  });
}
