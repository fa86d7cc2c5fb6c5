// Behind proxies that are trusted, audit events name the address of the client; of nobody else X-Forwarded-For is believed.
import { describe, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { ANY_STORE } from '../support/stores.ts';
import type { World } from '../support/world.ts';

/** The address in the audit event of a request with this header, which comes from 127.0.0.1. */
async function addressFor(world: World, forwarded: string | null): Promise<string | null> {
  await world.time.advance(1_000);
  const headers: Record<string, string> = forwarded === null ? {} : { 'x-forwarded-for': forwarded };
  await world.api('PUT', '/v1/users/u-1/block', { reason: 'left' }, headers);
  const { body } = await world.api('GET', '/v1/audit-events?type=user.blocked&limit=1');
  return body.value[0].actor.clientAddress;
}

const http = { host: '127.0.0.1', port: 0, publicUrl: null };

describe('behind proxies that are trusted', () => {
  const trustedProxies = ['127.0.0.1', '10.0.0.0/8', '2001:db8:1::/48'];
  const { world } = worldOn(ANY_STORE, { config: { http: { ...http, trustedProxies } } });

  test.each([
    ['no header', null, '127.0.0.1'],
    ['the client', '203.0.113.7', '203.0.113.7'],
    ['what the client forged, and the client', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['a proxy behind a proxy', '203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['a forged address of a proxy', '10.9.9.9, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['proxies only', '10.1.2.3, 10.1.2.4', '10.1.2.3'],
    ['an IPv6 client behind an IPv6 proxy', '2001:db8:2::7, 2001:db8:1::1', '2001:db8:2::7'],
    ['an IPv4 client written as an IPv6 one', '::ffff:203.0.113.7', '203.0.113.7'],
    ['an IPv4 proxy written as an IPv6 one', '203.0.113.7, ::ffff:10.1.2.3', '203.0.113.7'],
    ['no address', "<script>'", '127.0.0.1'],
    ['an address with a port', '203.0.113.7:4711', '127.0.0.1'],
    ['nothing', ' , ', '127.0.0.1'],
  ])('%s: %o', async (_what, forwarded, address) => {
    expect(await addressFor(world, forwarded)).toBe(address);
  });
});

describe.each([[['192.0.2.1']], [[]], [undefined]])('with %o as trusted proxies', (trustedProxies) => {
  const { world } = worldOn(ANY_STORE, {
    config: { http: { ...http, ...(trustedProxies ? { trustedProxies } : {}) } },
  });

  test('the header of another one is not believed', async () => {
    for (const forwarded of ['203.0.113.7', '203.0.113.7, 192.0.2.1', null])
      expect(await addressFor(world, forwarded)).toBe('127.0.0.1');
  });
});
