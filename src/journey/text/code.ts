import { createHmac, randomBytes } from 'node:crypto';
import { hmacWith, type KeyRing } from '../../platform/secrets/key-ring.ts';
import type { Verification } from '../store/rows.ts';

/** The verification that a code belongs to. A code of another number, purpose, user or tenant is another code. */
type CodeOf = Pick<Verification, 'id' | 'purpose' | 'phoneNumber' | 'codeSeed'>;

/** Makes the codes of text messages. */
export interface Codes {
  /** What a code follows from: `<key id>.<seed>`. It is no secret without the key. */
  newSeed(): string;
  /** The six digits of a verification, the same each time. Throws an Error without a seed, or when its key is gone. */
  codeOf(verification: CodeOf): string;
  /** What stands for a check that may be repeated: its idempotency key and the typed code, as a keyed hash. */
  checkKeyOf(verification: CodeOf, idempotencyKey: string, typed: string): string;
}

const SEED_BYTES = 18;
const CODES = 1_000_000;
/** The greatest multiple of a million in 32 bits: above it, some codes would be likelier than others. */
const EVEN = Math.floor(2 ** 32 / CODES) * CODES;

/** @param keys keys outside the database: who reads the registry alone learns no code */
export function createCodes(keys: KeyRing): Codes {
  return {
    newSeed: () => `${keys.currentId}.${randomBytes(SEED_BYTES).toString('base64url')}`,
    codeOf(verification) {
      const { id, purpose, phoneNumber } = verification;
      const { keyId, seed } = seedOf(verification);
      return digitsFrom(hmacWith(keys, keyId, `code ${seed} ${id} ${purpose} ${phoneNumber}`));
    },
    checkKeyOf(verification, idempotencyKey, typed) {
      const { keyId, seed } = seedOf(verification);
      return hmacWith(keys, keyId, `check ${seed} ${verification.id} ${typed} ${idempotencyKey}`);
    },
  };
}

function seedOf({ id, codeSeed }: CodeOf): { keyId: string; seed: string } {
  const [keyId = '', seed = ''] = codeSeed?.split('.') ?? [];
  if (seed === '') throw new Error(`verification ${id} has no seed for a code; the registry was edited`);
  return { keyId, seed };
}

/** Six digits, all equally likely. @param key hexadecimal */
function digitsFrom(key: string): string {
  for (let round = 0; ; round += 1) {
    const number = createHmac('sha256', key).update(String(round)).digest().readUInt32BE();
    if (number < EVEN) return String(number % CODES).padStart(6, '0');
  }
}
