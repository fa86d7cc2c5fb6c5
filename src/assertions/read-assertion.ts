import { type CompactVerifyResult, compactVerify, errors } from 'jose';
import { ServiceError } from '../errors.ts';
import type { SigningRing } from '../platform/secrets/signing-ring.ts';
import { Claims } from './claims.ts';
import { inSeconds, TOLERANCE_S } from './times.ts';

/** What an assertion has to say. */
export interface Expected {
  issuer: string;
  tenantId: string;
  audience: string;
  nonce: string;
}

/**
 * Checks what can be checked of an assertion without the registry. What is signed wrongly or for somebody else is refused
 * in one way, so that nobody learns by trying what another assertion has.
 * @throws ServiceError `assertion.invalid`, or `assertion.expired` when it is over, or not issued yet
 */
export async function readAssertion(
  ring: SigningRing,
  assertion: string,
  expected: Expected,
  now: Date,
): Promise<Claims> {
  const claims = claimsIn(await verifySignature(ring, assertion));
  if (!claims || !isMeant(claims, expected)) throw invalid();
  checkTimes(claims, inSeconds(now));
  return claims;
}

/** Null when no key of the ring signed it. */
async function verifySignature(ring: SigningRing, assertion: string): Promise<CompactVerifyResult | null> {
  const keyOf = ({ kid }: { kid?: string }) => {
    const key = ring.keys.find((each) => each.kid === kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key.published;
  };
  try {
    return await compactVerify(assertion, keyOf, { algorithms: ['ES256'] });
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function claimsIn(verified: CompactVerifyResult | null): Claims | null {
  if (verified?.protectedHeader.typ !== 'JWT') return null;
  // It is signed with a key of ours, and we sign nothing but JSON.
  return Claims.safeParse(JSON.parse(new TextDecoder().decode(verified.payload))).data ?? null;
}

function isMeant(claims: Claims, { issuer, tenantId, audience, nonce }: Expected): boolean {
  return (
    claims.iss === issuer && claims.tenant === tenantId && claims.aud === audience && claims.nonce === nonce
  );
}

function checkTimes({ iat, exp }: Claims, now: number): void {
  if (now < exp + TOLERANCE_S && now > iat - TOLERANCE_S) return;
  throw new ServiceError(
    'assertion.expired',
    now < exp
      ? 'This assertion was issued in the future: the clocks of the processes differ by more than a minute. Inform the operator.'
      : 'An assertion lasts two minutes, and those of this one are over. Start a new sign-in.',
  );
}

/** The error for everything that is wrong with an assertion itself. */
export function invalid(): ServiceError {
  return new ServiceError(
    'assertion.invalid',
    'This is no assertion that was issued to this tenant for this audience with this nonce. Do not let the user in. Send the assertion unchanged, and the audience and the nonce that were asked for.',
  );
}
