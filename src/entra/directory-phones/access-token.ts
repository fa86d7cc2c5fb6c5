/** Access tokens for Microsoft Graph, by the client credentials of an app registration. */
import { createPrivateKey, hash, randomUUID, X509Certificate } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import { CLOUDS, type Cloud } from '../clouds.ts';
import { ask } from './ask.ts';
import { DirectoryPhonesRefusal } from './refusal.ts';

/** How the application shows who it is: a client secret, or a certificate (PEM) with its private key (PEM, RSA). */
export type GraphCredential =
  | { kind: 'secret'; secret: string }
  | { kind: 'certificate'; certificatePem: string; privateKeyPem: string };

/** An application in a directory. */
export interface GraphApplication {
  directoryId: string;
  cloud: Cloud;
  /** The application (client) id of the app registration. */
  clientId: string;
  credential: GraphCredential;
}

const Token = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() });
const Refused = z.object({ error: z.string(), error_codes: z.array(z.number()).optional() });

/** For so long an assertion may be used, s. */
const ASSERTION_S = 300;
/** So long before its end a token is not used any more, ms. */
const MARGIN_MS = 300_000;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Gets tokens, and keeps each until shortly before its end.
 * @param deps.logins where each cloud's tokens are asked for, without a slash at the end
 */
export function createAccessTokens({ logins, clock }: { logins: Record<Cloud, string>; clock: Clock }) {
  const kept = new Map<string, { token: string; usableUntil: number }>();

  return {
    /** @throws DirectoryPhonesRefusal */
    async of(application: GraphApplication, signal: AbortSignal): Promise<string> {
      const known = kept.get(nameOf(application));
      if (known !== undefined && known.usableUntil > clock.now().getTime()) return known.token;
      const { access_token, expires_in } = await request(application, signal);
      const usableUntil = clock.now().getTime() + expires_in * 1000 - MARGIN_MS;
      kept.set(nameOf(application), { token: access_token, usableUntil });
      return access_token;
    },

    /** The token of an application is worth nothing: the next time another one is asked for. */
    forget: (application: GraphApplication): void => void kept.delete(nameOf(application)),
  };

  /** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
  async function request(application: GraphApplication, signal: AbortSignal) {
    const { cloud, directoryId, clientId } = application;
    const body = new URLSearchParams({
      ...{ client_id: clientId, grant_type: 'client_credentials', scope: `${CLOUDS[cloud].graph}/.default` },
      ...(await proofOf(application, clock.now())),
    });
    const address = `${logins[cloud]}/${directoryId}/oauth2/v2.0/token`;
    const answer = await ask(address, { method: 'POST', body, signal });
    const token = Token.safeParse(answer.body);
    if (answer.status === 200 && token.success) return token.data;
    const refused = Refused.safeParse(answer.body);
    if (!refused.success) throw new DirectoryPhonesRefusal('unreadable', `status ${answer.status}`);
    const [number] = refused.data.error_codes ?? [];
    throw new DirectoryPhonesRefusal('tokenRefused', number ? `AADSTS${number}` : refused.data.error);
  }
}

/** One credential is not another's: who has entered a new one is not answered with the token of the old. */
function nameOf(application: GraphApplication): string {
  return hash('sha256', JSON.stringify(application), 'base64');
}

async function proofOf(application: GraphApplication, now: Date): Promise<Record<string, string>> {
  const { credential } = application;
  if (credential.kind === 'secret') return { client_secret: credential.secret };
  const client_assertion = await assertion(application, credential, now);
  return { client_assertion_type: ASSERTION_TYPE, client_assertion };
}

/** https://learn.microsoft.com/entra/identity-platform/certificate-credentials; the audience is Microsoft's own address. */
async function assertion(
  { cloud, directoryId, clientId }: GraphApplication,
  { certificatePem, privateKeyPem }: Extract<GraphCredential, { kind: 'certificate' }>,
  now: Date,
): Promise<string> {
  const certificate = new X509Certificate(certificatePem);
  const thumbprint = hash('sha256', certificate.raw, 'base64url');
  const at = Math.floor(now.getTime() / 1000);
  return new SignJWT({ iss: clientId, sub: clientId, jti: randomUUID() })
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setAudience(`${CLOUDS[cloud].login}/${directoryId}/oauth2/v2.0/token`)
    .setIssuedAt(at)
    .setNotBefore(at)
    .setExpirationTime(at + ASSERTION_S)
    .sign(createPrivateKey(privateKeyPem));
}
