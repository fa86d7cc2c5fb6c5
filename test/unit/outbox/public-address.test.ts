// Which addresses a webhook may lead to, and that names are checked at the moment of connecting.

import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns';
import { expect, test } from 'vitest';
import { createPostMessage } from '../../../src/outbox/post-message.ts';
import { createGuardedLookup, isPublicAddress, type Resolve } from '../../../src/outbox/public-address.ts';
import { openReceiver } from '../../support/webhook-receiver.ts';

const REFUSED = [
  ['this network', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['private', '10.0.0.1'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['CGNAT', '100.64.0.1'],
  ['CGNAT', '100.127.255.255'],
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.254'],
  ['link-local', '169.254.1.1'],
  ['metadata of AWS, Google, Azure', '169.254.169.254'],
  ['metadata of Alibaba', '100.100.100.200'],
  ['metadata of Oracle', '192.0.0.192'],
  ['metadata of Azure', '168.63.129.16'],
  ['documentation', '192.0.2.1'],
  ['benchmarks', '198.18.0.1'],
  ['documentation', '198.51.100.1'],
  ['documentation', '203.0.113.1'],
  ['6to4 relay', '192.88.99.1'],
  ['multicast', '224.0.0.1'],
  ['multicast', '239.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['link-local', 'fe80::1'],
  ['link-local with zone', 'fe80::1%eth0'],
  ['site-local', 'fec0::1'],
  ['unique local', 'fc00::1'],
  ['metadata of AWS', 'fd00:ec2::254'],
  ['metadata of Google', 'fd20:ce::254'],
  ['multicast', 'ff02::1'],
  ['discard', '100::1'],
  ['Teredo', '2001::1'],
  ['ORCHID', '2001:20::1'],
  ['documentation', '2001:db8::1'],
  ['documentation', '3fff::1'],
  ['segment routing', '5f00::1'],
  ['mapped loopback', '::ffff:127.0.0.1'],
  ['mapped private', '::ffff:10.0.0.1'],
  ['mapped metadata', '::ffff:a9fe:a9fe'],
  ['mapped CGNAT', '::ffff:6440:1'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['IPv4-compatible', '::8.8.8.8'],
  ['translated', '::ffff:0:127.0.0.1'],
  ['NAT64 of loopback', '64:ff9b::127.0.0.1'],
  ['NAT64 of private', '64:ff9b::a00:1'],
  ['NAT64 of metadata', '64:ff9b::169.254.169.254'],
  ['local NAT64', '64:ff9b:1::8.8.8.8'],
  ['6to4 of loopback', '2002:7f00:1::'],
  ['6to4 of private', '2002:c0a8:101::1'],
  ['6to4 of metadata', '2002:a9fe:a9fe::'],
  ['no address', 'localhost'],
  ['no address', ''],
] as const;

const ALLOWED = [
  '8.8.8.8',
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '168.63.129.17',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
  '2001:4860:4860::8888',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
];

test.each(REFUSED)('refuses %s: %s', (_kind, address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(ALLOWED)('allows %s', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

const RULES = { allowPrivate: false, timeLimitMs: 10_000 };
const headers = { 'Content-Type': 'application/json' };
const answering =
  (...answers: LookupAddress[][]): Resolve =>
  (_name, _options, done) =>
    done(null, answers.shift() ?? []);
const public4 = { address: '93.184.215.14', family: 4 };
const loopback = { address: '127.0.0.1', family: 4 };
const resolved = (guarded: ReturnType<typeof createGuardedLookup>, all: boolean) =>
  new Promise((resolve, reject) =>
    guarded('hook.example', { all }, (error, found) => (error ? reject(error) : resolve(found))),
  );

test.each([
  'https://127.0.0.1/hook',
  'https://2130706433/hook',
  'https://0x7f.1/hook',
  'https://[::1]/hook',
  'https://[::ffff:10.0.0.1]/hook',
  'https://169.254.169.254/latest/meta-data',
  'https://10.1.2.3/hook',
  'http://8.8.8.8/hook',
])('never connects to %s', async (url) => {
  await expect(createPostMessage(RULES)(url, headers, '{}')).rejects.toMatchObject({
    code: 'ADDRESS_REFUSED',
  });
});

test('a name that leads to a private address is refused before anything is sent', async () => {
  const receiver = await openReceiver();
  const url = receiver.url.replace('http://127.0.0.1', 'https://localhost');
  await expect(createPostMessage(RULES)(url, headers, '{}')).rejects.toMatchObject({
    code: 'ADDRESS_REFUSED',
  });
  await receiver.close();
  expect(receiver.received).toEqual([]);
});

test('a name that changes its mind between two connections is refused at the second', async () => {
  const guarded = createGuardedLookup(answering([public4], [loopback]));
  expect(await resolved(guarded, false)).toBe(public4.address);
  await expect(resolved(guarded, false)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
});

test('a name with a private address among public ones is refused; all addresses come back when all are public', async () => {
  const guarded = createGuardedLookup(answering([public4, loopback], [public4], []));
  await expect(resolved(guarded, true)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  expect(await resolved(guarded, true)).toEqual([public4]);
  await expect(resolved(guarded, true)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
});

test('where private addresses are allowed, a name is just resolved', async () => {
  const receiver = await openReceiver();
  const post = createPostMessage({ allowPrivate: true, timeLimitMs: 10_000 }, lookup);
  expect(await post(receiver.url, headers, '{}')).toBe(204);
  await receiver.close();
});
