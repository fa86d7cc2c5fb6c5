// nginx stands in front of Poundkey: https outside, a path that it takes off, and webhooks signed for the outer address.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '../support/event-stream.ts';
import { type NetworkWorld, openNetworkWorld } from '../support/network-world.ts';
import { freePorts } from '../support/processes.ts';
import { findServers, startNginx, type TestProxy } from '../support/servers.ts';
import { ANY_STORE, type FreshStores, freshStores } from '../support/stores.ts';
import { clientOf } from '../support/world.ts';

const PREFIX = '/poundkey';
/** Compresses whatever a client takes compressed; what nginx gets, it holds back by default. */
const COMPRESSING = '  gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1; gzip_http_version 1.0;';

describe.runIf(findServers().nginx)('behind nginx, under a path of its own', () => {
  const authorities = getCACertificates('default');
  let stores: FreshStores;
  let proxy: TestProxy;
  let world: NetworkWorld;
  let key: string;
  let api: ReturnType<typeof clientOf>;

  beforeAll(async () => {
    const [port = 0, web = 0] = await freePorts(2);
    proxy = await startNginx({ port, webPorts: [web], prefix: PREFIX, more: COMPRESSING });
    setDefaultCACertificates([...authorities, proxy.authority]);
    stores = await freshStores(ANY_STORE);
    world = await openNetworkWorld(stores, { http: { host: '127.0.0.1', port: web, publicUrl: proxy.url } });
    key = (await world.service.apiKeys.create({ tenantId: 'contoso', name: 'proxy' })).key;
    api = clientOf(() => proxy.url, key);
  });
  afterAll(async () => {
    await world?.close();
    await proxy?.stop();
    await stores?.drop();
    setDefaultCACertificates(authorities);
  });

  it('a verification is requested, called and approved through it', async () => {
    const answer = await api('POST', '/v1/verifications', { userId: 'u-1', number: world.newNumber() });
    expect(answer.status).toBe(201);
    await world.settle();
    expect((await api('GET', `/v1/verifications/${answer.body.id}`)).body.outcome).toBe('approved');
    const [call] = world.simulator.calls();
    expect(JSON.stringify(call)).toContain('completed');
  });

  it('hands on ids as they were written', async () => {
    expect((await api('GET', '/v1/users/a%7Cb%3Ac/phone-methods')).body).toMatchObject({ value: [] });
    const withSlash = await api('GET', '/v1/users/a%2Fb/phone-methods');
    expect(withSlash.body).toMatchObject({ code: 'request.invalid', errors: [{ field: 'userId' }] });
    expect((await fetch(`${new URL(proxy.url).origin}/%70oundkey/openapi.json`)).status).toBe(400);
  });

  it('the page of the API finds its files and the description, and is compressed once', async () => {
    const page = await fetch(`${proxy.url}/docs`);
    const addresses = [...(await page.text()).matchAll(/ (?:src|href)="([\w./-]+)"/g)].map(
      ([, each = '']) => each,
    );
    expect(addresses).toHaveLength(6);
    for (const address of addresses) {
      const { status, headers } = await fetch(new URL(address, page.url));
      expect([address, status]).toEqual([address, 200]);
      expect(headers.get('content-encoding')).toBe('gzip');
    }
  });

  it('streams of events come as they happen, while nothing else does', async () => {
    world.time.pause();
    const { id } = await world.request('press-pound');
    const stream = await follow(`${proxy.url}/v1/verifications/${id}/events`, key);
    const before = await stream.until('ringing');
    expect(before.map(({ data }) => data.state)).toContain('queued');
    world.time.resume();
    expect((await stream.until()).at(-1)?.data.outcome).toBe('approved');
  });

  it('each event passes at once, also where nginx compresses it', async () => {
    world.time.pause();
    const { id } = await world.request('press-pound');
    const url = `${proxy.url}/v1/verifications/${id}/events`;
    const stream = await follow(url, key, undefined, { 'accept-encoding': 'gzip' });
    expect(stream.headers).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'content-encoding': 'gzip',
    });
    // No more is written until the time goes on, so what was held back would not come.
    const before = await stream.until('ringing');
    expect(before.map(({ data }) => data.state)).toEqual(['queued', 'dialing', 'ringing']);
    world.time.resume();
    expect((await stream.until()).at(-1)?.data.outcome).toBe('approved');
  });

  it('webhooks are signed for the address outside, and for no other', async () => {
    world.time.pause();
    const { id } = await world.request('silence');
    const stream = await follow(`${proxy.url}/v1/verifications/${id}/events`, key);
    await stream.until('ringing');
    stream.break();
    const attempt = await world.db
      .selectFrom('callAttempt')
      .select('id')
      .where('verificationId', '=', id)
      .executeTakeFirstOrThrow();
    const path = `/webhooks/calls/${attempt.id}/status`;
    const inside = await world.network.send(`${world.service.url}${path}`, { CallStatus: 'ringing' });
    expect(inside.status).toBe(403);
    const outside = await world.network.send(`${proxy.url}${path}`, { CallStatus: 'ringing' });
    expect(outside.status).not.toBe(403);
    world.time.resume();
  });
});
