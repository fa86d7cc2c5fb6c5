// The service is started on a registry that was filled with other keys.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import type { Config } from '../../../src/config.ts';
import { createLogger } from '../../../src/log.ts';
import { newKeyRingText } from '../../../src/platform/secrets/key-ring.ts';
import { startService } from '../../../src/service.ts';
import { worldOfThisTest } from '../../support/open-worlds.ts';
import { OPS } from '../../support/operator.ts';
import { SOON } from '../../support/own-time.ts';
import { ANY_STORE, type FreshStores, freshStores } from '../../support/stores.ts';
import { configFor, keepLines } from '../../support/world.ts';

type Secrets = NonNullable<Config['secrets']>;
const newSecrets = (): Secrets => ({ hashKeys: newKeyRingText(), sealKeys: newKeyRingText() });
const renamed = (ring: string) => ring.replace('k1:', 'k2:');

/** A registry with an app password, a PIN and a webhook secret, and the keys they need. */
async function fill(): Promise<{ stores: FreshStores; secrets: Secrets }> {
  const stores = await freshStores(ANY_STORE);
  onTestFinished(() => stores.drop());
  const secrets = newSecrets();
  const world = await worldOfThisTest(async () => ({ ...stores, drop: async () => undefined }), {
    config: { secrets },
  });
  expect((await world.story('press-pound')).outcome).toBe('approved');
  await world.api('PUT', '/v1/users/anna/pin', { pin: '294817' });
  await world.api('PUT', '/v1/webhook-endpoint', { url: 'https://hooks.example/outcomes' });
  await world.service.stop();
  return { stores, secrets };
}

/** What a service that starts on it says about its keys. */
async function startWith(stores: FreshStores, secrets: Secrets) {
  const { lines, destination } = keepLines();
  const dataDir = mkdtempSync(join(inject('runDirectory'), 'keys-'));
  const config = configFor(stores, dataDir, { secrets, ops: OPS });
  const service = await startService(config, { log: createLogger({ level: 'info', destination }) });
  onTestFinished(() => service.stop());
  const metrics = await vi.waitFor(async () => {
    const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
    expect(text).toMatch(/^poundkey_keys_wrong\{variable="SIGNING_KEYS"\} \d/m);
    return text;
  }, SOON);
  const wrong = [...metrics.matchAll(/^poundkey_keys_wrong\{variable="(\w+)"\} (\d)/gm)].map(
    ([, name, count]) => [name, Number(count)],
  );
  const alarms = lines.map((line) => JSON.parse(line)).filter(({ variable }) => variable);
  return { wrong: Object.fromEntries(wrong), alarms };
}

it('says nothing where the keys are those it was filled with, also during a rotation', async () => {
  const { stores, secrets } = await fill();
  expect(await startWith(stores, secrets)).toEqual({
    wrong: { HASH_KEYS: 0, SEAL_KEYS: 0, SIGNING_KEYS: 0 },
    alarms: [],
  });
  const rotated = {
    hashKeys: `${renamed(newKeyRingText())},${secrets.hashKeys}`,
    sealKeys: `${renamed(newKeyRingText())},${secrets.sealKeys}`,
  };
  expect(await startWith(stores, rotated)).toEqual({
    wrong: { HASH_KEYS: 0, SEAL_KEYS: 0, SIGNING_KEYS: 0 },
    alarms: [],
  });
}, 60_000);

it('raises an alarm where other keys have the same names, and says what to do', async () => {
  const { stores, secrets } = await fill();
  const others = newSecrets();
  const { wrong, alarms } = await startWith(stores, others);
  expect(wrong).toEqual({ HASH_KEYS: 1, SEAL_KEYS: 1, SIGNING_KEYS: 0 });
  expect(alarms).toMatchObject([
    { level: 'error', alarm: true, variable: 'HASH_KEYS', keyId: 'k1', problem: 'different' },
    { level: 'error', alarm: true, variable: 'SEAL_KEYS', keyId: 'k1', problem: 'different' },
  ]);
  expect(alarms[0].msg).toMatch(
    /^HASH_KEYS has another key .*: k1\. App passwords and PINs .* put the former key back/,
  );
  for (const ring of [...Object.values(others), ...Object.values(secrets)])
    expect(JSON.stringify(alarms)).not.toContain(ring.split(':')[1]);
  expect((await startWith(stores, secrets)).alarms).toEqual([]);
}, 60_000);

it('raises an alarm where a key that is needed is missing', async () => {
  const { stores } = await fill();
  const others = { hashKeys: renamed(newKeyRingText()), sealKeys: renamed(newKeyRingText()) };
  const { wrong, alarms } = await startWith(stores, others);
  expect(wrong).toEqual({ HASH_KEYS: 1, SEAL_KEYS: 1, SIGNING_KEYS: 0 });
  expect(alarms.map(({ variable, keyId, problem }) => [variable, keyId, problem])).toEqual([
    ['HASH_KEYS', 'k1', 'missing'],
    ['SEAL_KEYS', 'k1', 'missing'],
  ]);
}, 60_000);
