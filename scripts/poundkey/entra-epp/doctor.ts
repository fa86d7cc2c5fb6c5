// Looks whether a connection could work: with a caller of its own, who signs with a key made here, and an evaluation request.
import { generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto';
import { CompactEncrypt, SignJWT } from 'jose';
import { WARNED_DAYS } from '../../../src/domain/certificate-expiry.ts';
import { CLOUDS, issuersOf } from '../../../src/entra/clouds.ts';
import { createCheckCaller, ROLE } from '../../../src/entra/messages/caller.ts';
import type { Connection, Connections, MessageKey } from '../../../src/entra/messages/connections.ts';
import { MESSAGE_TYPE } from '../../../src/entra/messages/envelope.ts';
import { createDecrypt } from '../../../src/entra/messages/message-keys.ts';
import { createMessageSets } from '../../../src/entra/messages/message-set.ts';
import { createLogger } from '../../../src/log.ts';
import { daysUntil } from '../../../src/platform/clock.ts';
import { createHttpApp } from '../../../src/platform/http/http-app.ts';
import { listen } from '../../../src/platform/http/http-server.ts';
import type { KeyRing } from '../../../src/platform/secrets/key-ring.ts';
import type { Finding } from '../command.ts';
import { endpointOf } from './steps.ts';

/** What is looked at. */
export interface Examined {
  connection: Connection;
  keys: MessageKey[];
  connections: Pick<Connections, 'called'>;
  sealKeys: KeyRing;
  /** Null: PUBLIC_URL is not set. */
  publicUrl: string | null;
  /** Where keys of directories are fetched from. */
  metadata: string | null;
  now: Date;
}

const ANSWER_MS = 5_000;
const MOST_SKEW_MS = 30_000;

/** Everything that was found out. Never throws. */
export async function examine(examined: Examined): Promise<Finding[]> {
  const looks: [name: string, look: () => Promise<Omit<Finding, 'name'>>][] = [
    ['certificate', async () => lookAtKeys(examined)],
    ['audiences', async () => lookAtAudiences(examined)],
    ['keys of the directory', () => lookAtDirectory(examined)],
    ['address', () => lookAtAddress(examined)],
    ['evaluation request', () => lookAtRequest(examined)],
  ];
  const findings: Finding[] = [];
  for (const [name, look] of looks) findings.push({ name, ...(await look().catch(failed)) });
  return findings;
}

const ok = (says: string) => ({ status: 'ok' as const, says });
const failed = (problem: unknown) => ({
  status: 'failed' as const,
  says: problem instanceof Error ? problem.message : String(problem),
});

function lookAtKeys({ keys, now }: Examined) {
  const [longest] = keys.toSorted((a, b) => b.expiresAt.getTime() - a.expiresAt.getTime());
  const days = daysUntil(longest?.expiresAt ?? new Date(0), now);
  if (days < 0) return failed('every certificate has expired: entra-epp add-key makes another one');
  if (days < WARNED_DAYS)
    return failed(
      `it expires in ${days} days: entra-epp add-key makes another one; publish it, and retire the old one later`,
    );
  return ok(`${keys.length} active, the longest for ${days} days`);
}

function lookAtAudiences({ connection: { audiences } }: Examined) {
  const isUri = (audience: string) => audience.startsWith('api://');
  if (!audiences.some((audience) => !isUri(audience)))
    return failed('the client id of the application is not among them, which tokens of version 2 are for');
  if (!audiences.some(isUri))
    return failed(
      'there is no api://… among them, which tokens of version 1 are for: entra-epp change ID --uri …',
    );
  return ok('tokens of version 1 and of version 2 are for us');
}

async function lookAtDirectory({ connection: { directoryId }, metadata, now }: Examined) {
  const address = `${metadata ?? CLOUDS.global.login}/${directoryId}/discovery/v2.0/keys`;
  const asked = performance.now();
  const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
  const { keys = [] } = answer.ok ? ((await answer.json()) as { keys?: unknown[] }) : {};
  if (keys.length === 0)
    return failed(`${address} answered ${answer.status} and no keys: is the directory id right?`);
  const theirs = Date.parse(answer.headers.get('date') ?? '');
  const skewMs = Math.abs(theirs - now.getTime() - (performance.now() - asked));
  if (skewMs > MOST_SKEW_MS)
    return failed(
      `the clock of this machine is ${Math.round(skewMs / 1000)} s away from theirs: set it, or tokens are refused`,
    );
  return ok(`${keys.length} can be fetched, and the clocks agree`);
}

/** Nobody is known without a token, so 401 says that the request came through. */
async function lookAtAddress({ connection, publicUrl }: Examined) {
  if (publicUrl === null) return failed('PUBLIC_URL is not set, so Entra has no address to call');
  if (!publicUrl.startsWith('https:')) return failed('PUBLIC_URL is no https:// address, which Entra needs');
  const address = endpointOf(publicUrl, connection);
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', body: '{}', headers, signal: AbortSignal.timeout(ANSWER_MS) };
  const { status } = await fetch(address, request);
  if (status !== 401)
    return failed(`${address} answered ${status}; 401 was expected, as of a request without a token`);
  return ok(`${address} answers`);
}

/** Its own server with the same routes, and keys of the directory that are made here: the connection's own keys decrypt. */
async function lookAtRequest({ connection, keys: [key], connections, sealKeys, now }: Examined) {
  if (key === undefined) return failed('there is no key: entra-epp add-key makes one');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const log = createLogger({ level: 'silent' });
  const sets = createMessageSets({
    connections,
    checkCaller: createCheckCaller({ keys: { ofDirectory: () => async () => publicKey }, now: () => now }),
    decrypt: createDecrypt(sealKeys),
    deliver: () => Promise.reject(new Error('an evaluation request was to be delivered')),
    ...{
      samplePathConnection: null,
      observe: nothing,
      notice: nothing,
      noteUse: nothing,
      sayRefused: nothing,
    },
  });
  const info = { title: '', version: '', description: '' };
  const app = createHttpApp({ sets, log, isDraining: () => false, traceRequests: null, info: info as never });
  const server = await listen(app, { host: '127.0.0.1', port: 0, variables: 'none' });
  try {
    const token = await tokenFor(connection, privateKey, now);
    return await send(endpointOf(server.url, connection), token, key);
  } finally {
    await server.close(0);
  }
}

const nothing = () => undefined;

function tokenFor(
  { directoryId, audiences, callerAppId }: Connection,
  key: Parameters<SignJWT['sign']>[0],
  now: Date,
) {
  const at = Math.floor(now.getTime() / 1000);
  return new SignJWT({ azp: callerAppId, tid: directoryId, roles: [ROLE], nbf: at - 10, exp: at + 300 })
    .setProtectedHeader({ alg: 'RS256', kid: 'doctor' })
    .setIssuer(issuersOf('global', directoryId).v2)
    .setAudience(audiences[0] ?? '')
    .sign(key);
}

async function send(address: string, token: string, { certificate, keyId }: MessageKey) {
  const context = {
    nonce: randomUUID(),
    phoneNumber: '+10000000000',
    message: 'An evaluation.',
    locale: 'en',
  };
  const encrypted = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(context)))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: keyId })
    .encrypt(new X509Certificate(certificate).publicKey);
  const envelope = {
    type: MESSAGE_TYPE,
    channel: 2,
    mode: 2,
    ttlSeconds: 60,
    encryptedDeliveryContext: encrypted,
  };
  const ask = (authorization: string) =>
    fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(envelope),
    });
  const answer = await ask(`Bearer ${token}`);
  const said = (await answer.json()) as { nonce?: string; error?: string; reason?: string };
  if (answer.status !== 200 || said.nonce !== context.nonce)
    return failed(
      `it was answered ${answer.status} (${said.reason ?? said.error ?? 'another nonce'}); 200 was expected`,
    );
  const stranger = await ask(`Bearer ${token.slice(0, -8)}AAAAAAAA`);
  if (stranger.status !== 401)
    return failed(`a token with a wrong signature was answered ${stranger.status}`);
  return ok(
    'its token was accepted, its message decrypted and its nonce given back; a wrong signature was refused',
  );
}
