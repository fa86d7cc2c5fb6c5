// Phones are read from a directory that judges tokens as Microsoft does, over HTTP on this machine.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeEntra, openFakeEntra } from '../../../scripts/poundkey/entra-eam/fake-entra.ts';
import { placesOf } from '../../../src/entra/clouds.ts';
import type { GraphApplication } from '../../../src/entra/directory-phones/access-token.ts';
import { createDirectoryPhones } from '../../../src/entra/directory-phones/read-phones.ts';
import { selfSignedCertificate } from '../../../src/entra/external-method/certificate.ts';

const SECRET = 'Kx8~a-secret-of-the-app';
const ANNA = { businessPhones: ['+46 8 123 456 00'], mobilePhone: '+46 70 123 45 67', usageLocation: 'SE' };

let entra: FakeEntra;
let time: Date;
let application: GraphApplication;
let anna: string;

beforeEach(async () => {
  time = new Date('2027-02-01T08:00:00Z');
  entra = await openFakeEntra({ now: () => time });
  anna = randomUUID();
  application = {
    ...{ directoryId: entra.directoryId, cloud: 'global', clientId: randomUUID() },
    credential: { kind: 'secret', secret: SECRET },
  };
  entra.graph.people.set(anna, ANNA);
  entra.graph.applications.set(application.clientId, { secret: SECRET });
});

afterEach(() => entra.close());

function phones(at = entra.url, answerMs?: number) {
  const [logins, graphs] = [placesOf('login', { global: at }), placesOf('graph', { global: at })];
  return createDirectoryPhones({
    logins,
    graphs,
    ...{ clock: { now: () => time }, ...(answerMs && { answerMs }) },
  });
}

/** A certificate with its key, both as PEM. */
function newCertificate() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const until = new Date(time.getTime() + 86_400_000);
  const der = selfSignedCertificate({ privateKey, name: 'Poundkey', from: time, until });
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

describe('phones of a directory', () => {
  test('are read as they stand there, by a client secret', async () => {
    expect(await phones().read(application, anna)).toEqual({
      business: ['+46 8 123 456 00'],
      mobile: '+46 70 123 45 67',
      country: 'SE',
    });
  });

  test('are none for somebody without', async () => {
    entra.graph.people.set(anna, { businessPhones: [], mobilePhone: null });
    expect(await phones().read(application, anna)).toEqual({
      business: [],
      mobile: null,
      country: null,
    });
  });

  test('are read by a certificate, and by no other key', async () => {
    const mine = newCertificate();
    entra.graph.applications.set(application.clientId, { certificatePem: mine.certificatePem });
    const by = (credential: ReturnType<typeof newCertificate>): GraphApplication => ({
      ...application,
      credential: { kind: 'certificate', ...credential },
    });
    expect(await phones().read(by(mine), anna)).toMatchObject({ business: ANNA.businessPhones });
    const { privateKeyPem } = newCertificate();
    await expect(phones().read(by({ ...mine, privateKeyPem }), anna)).rejects.toMatchObject({
      reason: 'tokenRefused',
    });
  });

  test('take one token for many people, until shortly before it ends', async () => {
    const reading = phones();
    for (let n = 0; n < 3; n += 1) await reading.read(application, anna);
    expect(entra.graph.asked).toEqual({ tokens: 1, users: 3 });
    time = new Date(time.getTime() + 3_300_000);
    await reading.read(application, anna);
    expect(entra.graph.asked.tokens).toBe(2);
  });

  test('take another token where Graph takes the kept one no more, once', async () => {
    const reading = phones();
    await reading.read(application, anna);
    entra.graph.revokeTokens();
    expect(await reading.read(application, anna)).toMatchObject({ mobile: ANNA.mobilePhone });
    expect(entra.graph.asked).toEqual({ tokens: 2, users: 3 });
  });

  test('are never read with the token of a credential that was replaced', async () => {
    const reading = phones();
    await reading.read(application, anna);
    const wrong = { ...application, credential: { kind: 'secret' as const, secret: 'another' } };
    await expect(reading.read(wrong, anna)).rejects.toMatchObject({ reason: 'tokenRefused' });
  });
});

describe('a refusal says why, what to do, and no secret', () => {
  const refused = async (of: Promise<unknown>) => {
    const error = await of.then(
      () => expect.unreachable('phones were read'),
      (reason) => reason,
    );
    expect(error.message).not.toContain(SECRET);
    return error as { reason: string; message: string };
  };

  test('a secret that has ended', async () => {
    entra.graph.applications.set(application.clientId, { secret: 'the next one' });
    const { reason, message } = await refused(phones().read(application, anna));
    expect(reason).toBe('tokenRefused');
    expect(message).toContain('(AADSTS7000215)');
  });

  test('no permission', async () => {
    entra.graph.applications.set(application.clientId, { secret: SECRET, mayReadUsers: false });
    const { reason, message } = await refused(phones().read(application, anna));
    expect(reason).toBe('permissionMissing');
    expect(message).toContain('User.Read.All');
  });

  test('nobody of this id', async () =>
    expect((await refused(phones().read(application, randomUUID()))).reason).toBe('userNotFound'));

  test('nobody listens', async () => {
    const reading = phones();
    await entra.close();
    expect((await refused(reading.read(application, anna))).reason).toBe('unreachable');
  });

  test.each([
    ['asks to come later', 429, '{}', 'unreachable'],
    ['is broken', 503, 'oops', 'unreachable'],
    ['sends people elsewhere', 302, '', 'unreachable'],
    ['is not Microsoft', 200, '<h1>Welcome</h1>', 'unreadable'],
  ])('a server that %s', async (_, status, body, reason) => {
    const other = await listening(
      createServer((_req, res) => res.writeHead(status, { location: entra.url }).end(body)),
    );
    expect((await refused(phones(other.url).read(application, anna))).reason).toBe(reason);
    other.server.close();
  });

  test('a server that does not answer in time', async () => {
    const other = await listening(createServer(() => undefined));
    expect((await refused(phones(other.url, 20).read(application, anna))).reason).toBe('unreachable');
    other.server.closeAllConnections();
    other.server.close();
  });
});

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
