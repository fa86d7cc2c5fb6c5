// Keys of a directory are fetched over HTTP on this machine, at a time that the test sets.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type FakeEntra, openFakeEntra } from '../../../scripts/poundkey/entra-eam/fake-entra.ts';
import { newHintKey } from '../../../scripts/poundkey/entra-eam/fake-keys.ts';
import { placesOf } from '../../../src/entra/clouds.ts';
import { createDirectoryKeys } from '../../../src/entra/directory-keys.ts';

const METHOD = { applicationId: randomUUID() };

let entra: FakeEntra;
let verify: (hint: string) => Promise<unknown>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-02-01T08:00:00Z') });
  entra = await openFakeEntra();
  const keys = createDirectoryKeys(placesOf('login', { global: entra.url })).ofAll('global');
  verify = (hint) => jwtVerify(hint, keys, { clockTolerance: 10 });
  await verify(entra.hintFor(METHOD, randomUUID()));
});

afterEach(async () => {
  vi.useRealTimers();
  await entra.close();
});

/** By a key that nobody has published. */
const madeUp = () => {
  const { kid, privateKey } = newHintKey();
  return entra.hintFor(METHOD, randomUUID(), { header: { kid }, privateKey });
};

test('a key that Entra signs with for the first time is fetched', async () => {
  vi.setSystemTime(Date.now() + 31_000);
  entra.keys.change();
  await verify(entra.hintFor(METHOD, randomUUID()));
  expect(entra.keys.reads()).toBe(2);
});

test('keys are fetched once in 30 seconds, however many are unknown', async () => {
  for (let n = 0; n < 5; n += 1) await expect(verify(madeUp())).rejects.toThrow('no applicable key');
  expect(entra.keys.reads()).toBe(1);
  vi.setSystemTime(Date.now() + 31_000);
  for (let n = 0; n < 5; n += 1) await expect(verify(madeUp())).rejects.toThrow('no applicable key');
  expect(entra.keys.reads()).toBe(2);
});

test('an address that could not be read is left alone for a while, whatever strangers send', async () => {
  let asked = 0;
  const away = createServer((_req, res) => {
    asked += 1;
    res.writeHead(500).end();
  });
  await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void away.close());
  const url = `http://127.0.0.1:${(away.address() as AddressInfo).port}`;
  const keys = createDirectoryKeys(placesOf('login', { global: url }));
  for (const of of [keys.ofAll('global'), keys.ofDirectory('global', randomUUID(), 'v2')]) {
    asked = 0;
    for (let n = 0; n < 20; n += 1) await expect(jwtVerify(madeUp(), of)).rejects.toThrow();
    expect(asked).toBe(1);
    vi.setSystemTime(Date.now() + 6_000);
    await expect(jwtVerify(madeUp(), of)).rejects.toThrow();
    expect(asked).toBe(2);
  }
});
