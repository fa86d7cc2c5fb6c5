import { expect, test } from 'vitest';
import { hiddenBehind, readClientPlace } from '../../../src/domain/client-address.ts';

const place = (address: string | undefined, proxies: string[] = []) =>
  readClientPlace(address, hiddenBehind(proxies));
const bucketsOf = (address: string) => place(address)?.buckets.map(({ name }) => name);

test.each([
  ['::ffff:192.0.2.1'],
  ['::FFFF:192.0.2.1'],
  ['::ffff:c000:201'],
  ['0:0:0:0:0:ffff:c000:0201'],
  [' 192.0.2.1 '],
])('%s is 192.0.2.1', (address) => {
  expect(place(address)).toEqual({
    address: '192.0.2.1',
    network: '192.0.2.0/24',
    buckets: [{ name: '192.0.2.1', share: 1 }],
  });
});

test('the addresses of one IPv6 host are one bucket, and the wider ones may have more', () => {
  const all = Array.from({ length: 1_000 }, (_, host) => place(`2001:db8:1:2::${host.toString(16)}`));
  expect(new Set(all.map((each) => JSON.stringify(each?.buckets))).size).toBe(1);
  expect(all[0]?.buckets).toEqual([
    { name: '2001:db8:1:2::/64', share: 1 },
    { name: '2001:db8:1:0::/56', share: 4 },
    { name: '2001:db8:1:0::/48', share: 16 },
  ]);
  expect(bucketsOf('2001:db8:1:102::1')?.slice(0, 2)).toEqual(['2001:db8:1:102::/64', '2001:db8:1:100::/56']);
  expect(place('2001:db8:1:2::1')?.network).toBe('2001:db8:1:0::/48');
});

test('an address that says nothing about the client is none', () => {
  for (const address of [
    undefined,
    '',
    'unknown',
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '::ffff:127.0.0.1',
    'fe80::1%eth0',
  ])
    expect(place(address), String(address)).toBeNull();
  const proxies = ['10.0.0.0/8', '192.0.2.9', '2001:db8::/32'];
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.9', '2001:db8:9::1'])
    expect(place(address, proxies), address).toBeNull();
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1'])
    expect(place(address, proxies), address).not.toBeNull();
});
