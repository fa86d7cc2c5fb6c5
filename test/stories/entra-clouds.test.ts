// Sign-ins of Microsoft's clouds, each with an Entra, keys and addresses of its own.
import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeEntra, openFakeEntra } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import { discoveryProblem, readAnswer } from '../../scripts/poundkey/entra-eam/read-answer.ts';
import { CLOUD_NAMES, type Cloud } from '../../src/entra/clouds.ts';
import { cameFromEntra, type KnownMethod, newMethod, newPerson } from '../support/entra-people.ts';
import { formOn } from '../support/form-visitor.ts';
import { worldOn } from '../support/open-worlds.ts';

/** https://learn.microsoft.com/entra/identity/authentication/concept-authentication-external-method-provider */
const HOSTS: Record<Cloud, string> = {
  global: 'https://login.microsoftonline.com',
  usGovernment: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
};
const REDIRECT_PATH = '/common/federation/externalauthprovider';

let now = () => new Date();
const entras = Object.fromEntries(
  await Promise.all(
    CLOUD_NAMES.map(async (cloud) => [cloud, await openFakeEntra({ cloud, now: () => now() })] as const),
  ),
) as Record<Cloud, FakeEntra>;
afterAll(() => Promise.all(CLOUD_NAMES.map((cloud) => entras[cloud].close())));

const metadata = Object.fromEntries(CLOUD_NAMES.map((cloud) => [cloud, entras[cloud].url]));

const { world } = worldOn('embedded', () => ({ config: { entra: { metadata } } }));
beforeAll(() => {
  now = () => new Date(world.time.now());
});

describe.each(CLOUD_NAMES)('a sign-in of the cloud %s', (cloud) => {
  const entra = entras[cloud];
  let method: KnownMethod;
  beforeAll(async () => {
    method = await newMethod(world.api, entra, { cloud });
  });
  const claimsOf = (hint = '') => JSON.parse(Buffer.from(hint.split('.')[1] ?? '', 'base64url').toString());
  const come = (objectId: string, changed: Record<string, string> = {}) =>
    cameFromEntra(method, entra.requestFor(method, objectId, changed));

  test('is answered to its own address, and Entra takes the answer', async () => {
    expect(await discoveryProblem(method.discoveryUrl)).toBeNull();
    const { objectId } = await newPerson(world, entra);
    const fields = entra.requestFor(method, objectId);
    const { visitor, page } = await cameFromEntra(method, fields);
    await world.settle();
    const back = formOn(await visitor.open(page.url), 'externalauthprovider');
    expect(back.action).toBe(`${HOSTS[cloud]}${REDIRECT_PATH}`);
    const { problem } = await readAnswer(back.fields.id_token ?? '', {
      ...{ discoveryUrl: method.discoveryUrl, clientId: method.clientId, nonce: fields.nonce ?? '' },
      ...{
        subject: claimsOf(fields.id_token_hint).sub,
        acr: ['possessionorinherence'],
        amr: ['tel'],
        now: now(),
      },
    });
    expect(problem).toBeNull();
  });

  test.each(CLOUD_NAMES.filter((other) => other !== cloud))('takes nothing of %s', async (other) => {
    const { objectId, number } = await newPerson(world, entra);
    const tid = entra.directoryId;
    const elsewhere = [
      { redirect_uri: `${HOSTS[other]}${REDIRECT_PATH}` },
      { id_token_hint: entras[other].hintFor(method, objectId) },
      {
        id_token_hint: entras[other].hintFor(method, objectId, {
          claims: { tid, iss: `${HOSTS[cloud]}/${tid}/v2.0` },
        }),
      },
      { id_token_hint: entra.hintFor(method, objectId, { claims: { iss: `${HOSTS[other]}/${tid}/v2.0` } }) },
    ];
    for (const changed of elsewhere) {
      const { page } = await come(objectId, changed);
      expect(page.status, JSON.stringify(Object.keys(changed))).toBe(400);
      expect(page.html).not.toContain('externalauthprovider');
    }
    await world.settle();
    expect(world.simulator.calls().filter(({ to }) => to === number)).toEqual([]);
  });

  test('takes no hint that the public key was made the secret of', async () => {
    const { objectId } = await newPerson(world, entra, 'by-hand');
    const [, claims] = entra.hintFor(method, objectId).split('.');
    const { kid, privateKey } = entra.keys.current();
    const pem = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' });
    const head = Buffer.from(JSON.stringify({ typ: 'JWT', alg: 'HS256', kid })).toString('base64url');
    const signature = createHmac('sha256', pem).update(`${head}.${claims}`).digest('base64url');
    const hint = `${head}.${claims}.${signature}`;
    expect((await come(objectId, { id_token_hint: hint })).page.status).toBe(400);
  });
});
