import { SignJWT } from 'jose';
import type { SigningRing } from '../platform/secrets/signing-ring.ts';
import type { Claims } from './claims.ts';

/** Signs claims with the current key: a JWT (RFC 7519) in compact form. */
export function sign({ current }: SigningRing, claims: Claims): Promise<string> {
  const header = { typ: 'JWT', alg: current.alg, kid: current.kid };
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(current.privateKey);
}
