import { describe, expect, test } from 'vitest';
import { resealSecrets } from '../../src/outbox/reseal-secrets.ts';
import { newKeyRingText, parseKeyRing } from '../../src/platform/secrets/key-ring.ts';
import { describeWorlds, worldOn } from '../support/open-worlds.ts';
import { openReceiver, verified } from '../support/webhook-receiver.ts';

const URL_OF_TENANT = 'https://mfa.example.com/poundkey';
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

const WEBHOOKS = { allowPrivate: true, timeLimitMs: 2_000 };

describeWorlds("a tenant's webhook endpoint", { config: { webhooks: WEBHOOKS } }, ({ world }) => {
  test('is set, read without its secret, and removed', async () => {
    const set = await world.api('PUT', '/v1/webhook-endpoint', { url: URL_OF_TENANT });
    expect(set).toMatchObject({
      status: 200,
      body: { url: URL_OF_TENANT, types: null, previousSecretUntil: null },
    });
    expect(set.body.secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const read = await world.api('GET', '/v1/webhook-endpoint');
    expect(read.body).toEqual({
      url: URL_OF_TENANT,
      types: null,
      updatedAt: set.body.updatedAt,
      previousSecretUntil: null,
    });
    const stored = await world.db.selectFrom('webhookEndpoint').selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(stored)).not.toContain(set.body.secret.slice(6));
    expect(world.log.join()).not.toContain(set.body.secret.slice(6));
    expect((await world.api('DELETE', '/v1/webhook-endpoint')).body).toEqual({ undelivered: 0 });
    for (const [method, path] of [
      ['GET', '/v1/webhook-endpoint'],
      ['DELETE', '/v1/webhook-endpoint'],
      ['POST', '/v1/webhook-endpoint/rotate-secret'],
    ] as const)
      expect(await world.api(method, path)).toMatchObject({
        status: 404,
        body: { code: 'webhookEndpoint.notFound' },
      });
  });

  test("is the tenant's own", async () => {
    await world.api('PUT', '/v1/webhook-endpoint', { url: URL_OF_TENANT });
    const other = await world.addTenant('fabrikam');
    expect(await other.api('GET', '/v1/webhook-endpoint')).toMatchObject({ status: 404 });
  });

  test('takes a secret of the tenant and does not repeat it; a rotated one counts beside the old for a day', async () => {
    const receiver = await openReceiver();
    const given = secretOf(24);
    const set = await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url, secret: given });
    expect(set.body).not.toHaveProperty('secret');
    const { body: rotated } = await world.api('POST', '/v1/webhook-endpoint/rotate-secret');
    const rotatedAt = Date.parse(rotated.updatedAt);
    expect(Date.parse(rotated.previousSecretUntil) - rotatedAt).toBe(86_400_000);
    const deliver = async () => {
      const { id } = await world.story('busy');
      await world.service.outbox.deliverDue();
      const [message] = receiver.about(id);
      return { message: message!, at: new Date(world.time.now()) };
    };
    const early = await deliver();
    for (const secret of [given, rotated.secret])
      expect(verified(secret, early.message, early.at)).toMatchObject({ type: 'verification.finished' });
    await world.time.advance(86_400_000);
    const late = await deliver();
    expect(verified(rotated.secret, late.message, late.at)).toMatchObject({
      type: 'verification.finished',
    });
    expect(() => verified(given, late.message, late.at)).toThrow('No matching signature');
    await receiver.close();
  });

  test('gets messages of the types that it takes, and of all once it names none', async () => {
    const receiver = await openReceiver();
    const put = (types?: string[] | null) =>
      world.api('PUT', ENDPOINT, { url: receiver.url, ...(types === undefined ? {} : { types }) });
    const registered = async (userId: string) => {
      const { id } = await world.story('press-pound', { userId });
      await world.service.outbox.deliverDue();
      const received = receiver.received.map(({ body }) => JSON.parse(body));
      const ofUser = received.filter(({ data }) => data.userId === userId || data.verificationId === id);
      return ofUser.map(({ type }) => type).sort();
    };
    const both = ['phoneMethod.added', 'verification.finished'];
    expect((await put(['verification.finished'])).body).toMatchObject({
      types: ['verification.finished'],
    });
    expect(await registered('u-types-1')).toEqual(['verification.finished']);
    await put(['phoneMethod.added']);
    expect((await world.api('GET', ENDPOINT)).body).toMatchObject({ types: ['phoneMethod.added'] });
    expect(await registered('u-types-2')).toEqual(['phoneMethod.added']);
    await put(['appPassword.revoked']);
    expect(await registered('u-types-3')).toEqual([]);
    expect((await put()).body).toMatchObject({ types: null });
    expect(await registered('u-types-4')).toEqual(both);
    expect((await put(both)).body).toMatchObject({ types: both });
    expect(await registered('u-types-5')).toEqual(both);
    expect((await put(null)).body).toMatchObject({ types: null });
    await receiver.close();
  });

  test('keeps its secrets when the key they are sealed under is replaced', async () => {
    const { sealKeys } = world.service.stores;
    const deps = { db: world.db, clock: { now: () => new Date(world.time.now()) } };
    const fresh = parseKeyRing(newKeyRingText().replace('k1:', 'k2:'));
    const ring = { currentId: 'k2', keys: new Map([...fresh.keys, ...sealKeys.keys]) };
    expect(await resealSecrets(deps, ring)).toBeGreaterThan(0);
    expect(await resealSecrets(deps, ring)).toBe(0);
    const stored = await world.db.selectFrom('webhookEndpoint').select('sealedSecret').execute();
    for (const { sealedSecret } of stored) expect(sealedSecret).toMatch(/^v1\.k2\./);
    const audited = world.db.selectFrom('auditEvent').select(['data']);
    const events = await audited.where('type', '=', 'webhookEndpoint.secretResealed').execute();
    expect(events.length).toBeGreaterThan(0);
    for (const { data } of events)
      expect(data).toEqual({ keyBefore: 'k1', key: 'k2', isPrevious: expect.any(Boolean) });
    // The key that was replaced is not needed any more.
    expect(await resealSecrets(deps, { ...fresh, currentId: 'k2' })).toBe(0);
  });
});

const ID = '0b3f0d34-7b4c-4a39-9f0b-2b8d6b8f4a11';
const url = URL_OF_TENANT;
type Wrong = [what: string, method: string, path: string, body: unknown, field: string, rule: RegExp];
const ENDPOINT = '/v1/webhook-endpoint';
const WRONG: Wrong[] = [
  ['no address', 'PUT', ENDPOINT, {}, '/url', /required/],
  ['an address that is a number', 'PUT', ENDPOINT, { url: 5 }, '/url', /text/],
  ['no type', 'PUT', ENDPOINT, { url, types: [] }, '/types', /at least 1/],
  [
    'an unknown type',
    'PUT',
    ENDPOINT,
    { url, types: ['verification.ended'] },
    '/types/0',
    /verification\.finished/,
  ],
  ['an empty address', 'PUT', ENDPOINT, { url: '' }, '/url', /absolute URL/],
  ['a relative address', 'PUT', ENDPOINT, { url: '/hook' }, '/url', /absolute URL/],
  ['an address with a line break', 'PUT', ENDPOINT, { url: `${url}\n` }, '/url', /without spaces/],
  ['http', 'PUT', ENDPOINT, { url: 'http://mfa.example.com/' }, '/url', /start with https:/],
  ['a file', 'PUT', ENDPOINT, { url: 'file:///etc/passwd' }, '/url', /start with https:/],
  ['a script', 'PUT', ENDPOINT, { url: 'javascript:alert(1)' }, '/url', /start with https:/],
  ['a password in the address', 'PUT', ENDPOINT, { url: 'https://a:b@example.com/' }, '/url', /password/],
  ['a fragment', 'PUT', ENDPOINT, { url: `${url}#here` }, '/url', /fragment/],
  ['this machine', 'PUT', ENDPOINT, { url: 'https://localhost/hook' }, '/url', /public internet/],
  [
    'this machine, with a dot',
    'PUT',
    ENDPOINT,
    { url: 'https://localhost./hook' },
    '/url',
    /public internet/,
  ],
  ['loopback as a number', 'PUT', ENDPOINT, { url: 'https://2130706433/' }, '/url', /public internet/],
  ['a private address', 'PUT', ENDPOINT, { url: 'https://192.168.1.10/hook' }, '/url', /public internet/],
  ['the metadata service', 'PUT', ENDPOINT, { url: 'https://169.254.169.254/' }, '/url', /public internet/],
  ['IPv6 loopback', 'PUT', ENDPOINT, { url: 'https://[::1]/' }, '/url', /public internet/],
  ['a mapped address', 'PUT', ENDPOINT, { url: 'https://[::ffff:10.0.0.1]/' }, '/url', /public internet/],
  ['a long address', 'PUT', ENDPOINT, { url: url.padEnd(2049, 'x') }, '/url', /at most 2048/],
  ['a NUL character', 'PUT', ENDPOINT, { url: `${url}\u0000` }, '/url', /NUL/],
  ['a secret without prefix', 'PUT', ENDPOINT, { url, secret: 'x'.repeat(40) }, '/secret', /whsec_/],
  ['a short secret', 'PUT', ENDPOINT, { url, secret: secretOf(23) }, '/secret', /24 to 64 bytes/],
  ['a long secret', 'PUT', ENDPOINT, { url, secret: secretOf(65) }, '/secret', /24 to 64 bytes/],
  ['a secret that is not base64', 'PUT', ENDPOINT, { url, secret: `${secretOf(24)}!` }, '/secret', /base64/],
  ['a null secret', 'PUT', ENDPOINT, { url, secret: null }, '/secret', /text/],
  ['an unknown field', 'PUT', ENDPOINT, { url, tenantId: 'other' }, '/tenantId', /not known/],
  ['a list', 'PUT', ENDPOINT, [url], '', /JSON object/],
  ['a body for rotating', 'POST', `${ENDPOINT}/rotate-secret`, { secret: 'mine' }, '/secret', /not known/],
  ['no state', 'GET', '/v1/webhook-messages', undefined, 'state', /one of waiting/],
  [
    'an unknown state',
    'GET',
    '/v1/webhook-messages?state=lost',
    undefined,
    'state',
    /waiting, delivered, dead/,
  ],
  ['two states', 'GET', '/v1/webhook-messages?state=dead&state=dead', undefined, 'state', /only once/],
  ['no messages', 'GET', '/v1/webhook-messages?state=dead&limit=0', undefined, 'limit', /from 1 to 100/],
  [
    'too many messages',
    'GET',
    '/v1/webhook-messages?state=dead&limit=101',
    undefined,
    'limit',
    /from 1 to 100/,
  ],
  ['messages after no id', 'GET', '/v1/webhook-messages?state=dead&after=5', undefined, 'after', /UUID/],
  [
    'an unknown parameter',
    'GET',
    '/v1/webhook-messages?state=dead&tenant=x',
    undefined,
    'tenant',
    /not known/,
  ],
  ['no id to resend', 'POST', '/v1/webhook-messages/5/resend', undefined, 'id', /UUID/],
  ['a verification without id', 'GET', '/v1/verifications/5/events', undefined, 'id', /UUID/],
  ['a query for events', 'GET', `/v1/verifications/${ID}/events?after=5`, undefined, 'after', /not known/],
];

describe('wrong requests about webhooks and progress', () => {
  const { world } = worldOn('embedded');

  test.each(WRONG)('%s: names field and rule (%s %s)', async (_what, method, path, body, field, rule) => {
    const answer = await world.api(method, path, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.errors).toContainEqual({ field, rule: expect.stringMatching(rule) });
  });

  test.each(['-1', 'abc', '1.5', '1e3', '9'.repeat(16), '0x10'])('refuses the event id %s', async (id) => {
    const answer = await world.api('GET', `/v1/verifications/${ID}/events`, undefined, {
      'last-event-id': id,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(answer.body.errors).toEqual([
      { field: 'last-event-id', rule: expect.stringMatching(/id of an event/) },
    ]);
  });

  test.each([
    ['PUT', '/v1/webhook-endpoint', { url }],
    ['GET', '/v1/webhook-endpoint', undefined],
    ['DELETE', '/v1/webhook-endpoint', undefined],
    ['POST', '/v1/webhook-endpoint/rotate-secret', undefined],
    ['GET', '/v1/webhook-messages?state=dead', undefined],
    ['POST', `/v1/webhook-messages/${ID}/resend`, undefined],
    ['GET', `/v1/verifications/${ID}/events`, undefined],
  ])('%s %s wants a key', async (method, path, body) => {
    const answer = await world.api(method, path, body, { authorization: 'Bearer pk_none' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'apiKey.invalid' } });
  });

  test.each([
    ['POST', '/v1/webhook-endpoint', 'GET, HEAD, PUT, DELETE'],
    ['GET', '/v1/webhook-endpoint/rotate-secret', 'POST'],
    ['DELETE', '/v1/webhook-messages', 'GET, HEAD'],
    ['POST', `/v1/verifications/${ID}/events`, 'GET, HEAD'],
  ])('%s %s is not a method there', async (method, path, allowed) => {
    const answer = await world.api(method, path);
    expect(answer).toMatchObject({ status: 405, body: { code: 'route.methodNotAllowed' } });
    expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(allowed.split(', ').toSorted());
  });

  test('a message that is not there cannot be sent again, a verification that is not there not followed', async () => {
    const resend = await world.api('POST', `/v1/webhook-messages/${ID}/resend`);
    expect(resend).toMatchObject({ status: 404, body: { code: 'webhookMessage.notFound' } });
    const follow = await world.api('GET', `/v1/verifications/${ID}/events`);
    expect(follow).toMatchObject({ status: 404, body: { code: 'verification.notFound' } });
  });
});
