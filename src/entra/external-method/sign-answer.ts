import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { EntraAsked } from '../../registry/entra-schema.ts';

/** How long Entra may take the answer, s. */
const LIFE_S = 300;

/**
 * The answer that Entra takes for the second factor: an ID token.
 * @param wanted.amr the one way in which it was proved: Entra refuses two
 */
export function signAnswer(wanted: {
  issuer: string;
  clientId: string;
  asked: Pick<EntraAsked, 'subject' | 'nonce' | 'acr'>;
  amr: string;
  key: { kid: string; privateKey: KeyObject };
  now: Date;
}): Promise<string> {
  const { issuer, clientId, asked, amr, key, now } = wanted;
  const at = Math.floor(now.getTime() / 1000);
  return new SignJWT({ nonce: asked.nonce, acr: asked.acr, amr: [amr] })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setSubject(asked.subject)
    .setIssuedAt(at)
    .setExpirationTime(at + LIFE_S)
    .sign(key.privateKey);
}
