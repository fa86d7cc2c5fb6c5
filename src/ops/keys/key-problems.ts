import { type Kysely, sql } from 'kysely';
import { secretContext } from '../../domain/secret-context.ts';
import type { Clock } from '../../platform/clock.ts';
import { fingerprintOf, type KeyRing, unseal } from '../../platform/secrets/key-ring.ts';
import type { KeyRings } from '../../platform/secrets/key-rings.ts';
import type { SigningRing } from '../../platform/secrets/signing-ring.ts';
import type { Registry } from '../../registry/schema.ts';

/** Which variable holds a ring. */
export const KEY_VARIABLES = { hash: 'HASH_KEYS', seal: 'SEAL_KEYS', signing: 'SIGNING_KEYS' } as const;
type KeyRingName = keyof typeof KEY_VARIABLES;

/** A key that does not fit what the registry holds. */
export interface KeyProblem {
  variable: (typeof KEY_VARIABLES)[KeyRingName];
  keyId: string;
  /** `missing`: values need it and the ring lacks it; `different`: the ring has another key under this name. */
  problem: 'missing' | 'different';
}

/** Rows of each table that are looked at: enough to notice wrong keys, and the same work however much there is. */
const MOST_ROWS = 5_000;

interface Seen {
  ring: KeyRingName;
  keyId: string;
  /** What the key was known by before, if this is about that. */
  fingerprint: string | null;
  /** A sealed text, if this is about one, and what it belongs to. */
  sealed: string | null;
  tenantId: string | null;
}

const NEEDED: Record<KeyProblem['variable'], string> = {
  HASH_KEYS:
    'App passwords and PINs that were made with it do not work, limits that count by number begin anew, and numbers whose holders stopped calls are called again',
  SEAL_KEYS: 'Outcome webhooks cannot be signed, and app passwords cannot be revealed',
  SIGNING_KEYS:
    'Assertions that were signed with it in the last minutes cannot be redeemed; if it was just removed, that is soon over, and otherwise processes sign with different keys',
};
const HAPPENED: Record<KeyProblem['problem'], string> = {
  missing: 'lacks a key that the registry needs',
  different: 'has another key under a name that the registry was used with',
};
const WHAT_TO_DO =
  'Check that the variable belongs to this database; put the former key back, under its name, and restart all processes. npm run poundkey -- rotate-keys says which keys are needed';

/** What is wrong with a key, what follows from it, and what to do. */
export function describeKeyProblem({ variable, keyId, problem }: KeyProblem): string {
  return `${variable} ${HAPPENED[problem]}: ${keyId}. ${NEEDED[variable]}. ${WHAT_TO_DO}`;
}

/**
 * Compares the key rings with what the registry holds, in one statement.
 * @returns one entry for each key that does not fit, and what notes in the registry the keys that are new to it; only
 *   to be done where no key has a problem
 */
export async function compareKeys(
  { hashKeys, sealKeys, signingKeys }: KeyRings,
  { db, clock }: { db: Kysely<Registry>; clock: Clock },
): Promise<{ problems: KeyProblem[]; noteNewKeys: () => Promise<void> }> {
  const seen = await look(db, clock.now());
  const rings = { hash: hashKeys, seal: sealKeys };
  const problems = new Map<string, KeyProblem>();
  for (const each of seen) {
    const variable = KEY_VARIABLES[each.ring];
    const problem =
      each.ring === 'signing' ? problemOfSigning(signingKeys, each) : problemOf(rings[each.ring], each);
    if (problem) problems.set(`${variable} ${each.keyId}`, { variable, keyId: each.keyId, problem });
  }
  return { problems: [...problems.values()], noteNewKeys: () => noteNewKeys(rings, seen, { db, clock }) };
}

/** Its id is the thumbprint of the key, so another key has another one. */
function problemOfSigning({ keys }: SigningRing, { keyId }: Seen): KeyProblem['problem'] | null {
  return keys.some(({ kid }) => kid === keyId) ? null : 'missing';
}

function problemOf(
  ring: KeyRing,
  { keyId, fingerprint, sealed, tenantId }: Seen,
): KeyProblem['problem'] | null {
  // A key that was known and is needed no more may be removed.
  if (!ring.keys.has(keyId)) return fingerprint === null ? 'missing' : null;
  if (fingerprint !== null) return fingerprint === fingerprintOf(ring, keyId) ? null : 'different';
  return sealed === null || opens(ring, sealed, secretContext(tenantId ?? '')) ? null : 'different';
}

function opens(ring: KeyRing, sealed: string, context: string): boolean {
  try {
    unseal(ring, sealed, context);
    return true;
  } catch {
    return false;
  }
}

async function look(db: Kysely<Registry>, now: Date): Promise<Seen[]> {
  const { rows } = await sql<Seen>`
    select ring, key_id, fingerprint, null as sealed, null as tenant_id from key_fingerprint
    union all
    select distinct 'hash', hash_key_id, null, null, null
      from (select hash_key_id, revoked_at from app_password limit ${MOST_ROWS}) as passwords
      where revoked_at is null
    union all
    select distinct 'hash', pin_hash_key_id, null, null, null
      from (select pin_hash, pin_hash_key_id from user_profile limit ${MOST_ROWS}) as profiles
      where pin_hash is not null
    union all
    select distinct 'hash', split_part(phone_hash, '.', 1), null, null, null
      from (select phone_hash from suppressed_number limit ${MOST_ROWS}) as numbers
    union all
    select distinct 'seal', split_part(sealed, '.', 2), null, null, null
      from (select sealed, sealed_until from app_password where sealed is not null limit ${MOST_ROWS}) as seals
      where sealed_until > ${now}
    union all
    (select distinct on (split_part(sealed_secret, '.', 2))
        'seal', split_part(sealed_secret, '.', 2), null, sealed_secret, tenant_id
      from (select tenant_id, sealed_secret from webhook_endpoint limit ${MOST_ROWS}) as endpoints)
    union all
    select distinct 'seal', split_part(previous_sealed_secret, '.', 2), null, null, null
      from (select previous_sealed_secret from webhook_endpoint limit ${MOST_ROWS}) as endpoints
      where previous_sealed_secret is not null
    union all
    select distinct 'signing', key_id, null, null, null
      from (select key_id, expires_at from sign_in_assertion order by id desc limit ${MOST_ROWS}) as assertions
      where expires_at > ${now}`.execute(db);
  return rows;
}

async function noteNewKeys(
  rings: { hash: KeyRing; seal: KeyRing },
  seen: Seen[],
  { db, clock }: { db: Kysely<Registry>; clock: Clock },
): Promise<void> {
  const known = new Set(
    seen.filter((each) => each.fingerprint !== null).map((each) => `${each.ring} ${each.keyId}`),
  );
  const rows = (['hash', 'seal'] as const).flatMap((ring) =>
    [...rings[ring].keys.keys()]
      .filter((keyId) => !known.has(`${ring} ${keyId}`))
      .map((keyId) => ({
        ring,
        keyId,
        fingerprint: fingerprintOf(rings[ring], keyId),
        createdAt: clock.now(),
      })),
  );
  if (rows.length === 0) return;
  // Whoever notes a key first has it right; another one finds the difference when it starts again.
  const insert = db.insertInto('keyFingerprint').values(rows);
  await insert.onConflict((conflict) => conflict.columns(['ring', 'keyId']).doNothing()).execute();
}
