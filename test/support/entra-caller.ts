/** Microsoft's phone-provider application, played: keys of a directory, bearers of both versions, envelopes and encrypted messages. */
import { generateKeyPairSync, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactEncrypt, exportJWK, SignJWT } from 'jose';

export const DIRECTORY = '11111111-2222-4333-8444-555555555555';
export const APP_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const APP_URI = `api://phone.example.com/${APP_ID}`;
export const AUDIENCES = [APP_ID, APP_URI];
export const CALLER = '25ec60fa-f18d-41a4-b398-50044c90ce13';

const ISSUERS = {
  v1: (directory: string) => `https://sts.windows.net/${directory}/`,
  v2: (directory: string) => `https://login.microsoftonline.com/${directory}/v2.0`,
};

/** What a bearer says besides what a good one does, and who signs it. */
interface BearerChanges {
  version?: 'v1' | 'v2';
  claims?: Record<string, unknown>;
  signedBy?: 'directory' | 'stranger';
  lifeS?: number;
}

/** A directory of Entra: serves its keys, and signs with them. Close it at the end. */
export async function openDirectory(now: () => Date) {
  const [own, stranger] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [
    { privateKey: KeyObject; publicKey: KeyObject },
    { privateKey: KeyObject; publicKey: KeyObject },
  ];
  const kid = 'directory-key';
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(own.publicKey)), kid, alg: 'RS256', use: 'sig' }],
  });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end(jwks);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async bearer({ version = 'v2', claims = {}, signedBy = 'directory', lifeS = 3_600 }: BearerChanges = {}) {
      const at = Math.floor(now().getTime() / 1000);
      const ofVersion = version === 'v1' ? { appid: CALLER, aud: APP_URI } : { azp: CALLER, aud: APP_ID };
      const good = { tid: DIRECTORY, roles: ['Epp.Invoke'], nbf: at - 10, exp: at + lifeS, ...ofVersion };
      return new SignJWT({ iss: ISSUERS[version](DIRECTORY), ...good, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .sign(signedBy === 'directory' ? own.privateKey : stranger.privateKey);
    },
    close: () => new Promise<void>((done) => void server.close(() => done())),
  };
}

/** What is encrypted in a good message. */
export function contextFor(phoneNumber: string, changes: Record<string, unknown> = {}) {
  return {
    ...{ nonce: randomUUID(), phoneNumber, message: 'Use 482913 as your code.', locale: 'en' },
    ...{ riskContext: { scenario: 'signIn' } },
    ...changes,
  };
}

/** Encrypts for a certificate. @param header other than the pinned algorithms, or another key id */
export async function encrypted(
  context: unknown,
  { certificate, keyId }: { certificate: string; keyId: string },
  header: Record<string, string> = {},
): Promise<string> {
  const text = typeof context === 'string' ? context : JSON.stringify(context);
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: keyId, ...header })
    .encrypt(new X509Certificate(certificate).publicKey);
}

/** A good envelope. */
export function envelope(encryptedDeliveryContext: unknown, changes: Record<string, unknown> = {}) {
  return {
    ...{ type: 'microsoft.mfa.otpDeliver.v1', tenantId: DIRECTORY, correlationId: 'corr-1' },
    ...{ channel: 2, mode: 1, ttlSeconds: 300, encryptedDeliveryContext },
    ...changes,
  };
}
