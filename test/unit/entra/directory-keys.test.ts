// Keys of a directory are fetched over HTTP on this machine, at a time that the test sets.

import { randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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
