// Alive, ready, starting, stopping.
import { expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { createChecks } from '../../../src/ops/checks.ts';
import { createOpsApp } from '../../../src/ops/ops-app.ts';
import { createReadiness, isReady, runChecks } from '../../../src/ops/readiness.ts';
import { remembered } from '../../../src/ops/remembered.ts';
import { listen } from '../../../src/platform/http/http-server.ts';
import { ask, worldOf } from '../../support/operator.ts';
import { SOON } from '../../support/own-time.ts';
import { ANY_STORE, describeEachStore } from '../../support/stores.ts';
import type { World } from '../../support/world.ts';

/** What `/readyz` answers once every check has ended: on a busy machine some take longer than an answer waits for them. */
const readiness = (world: World) =>
  vi.waitFor(async () => {
    const answer = await ask(world, '/readyz');
    expect(JSON.stringify(answer.json)).not.toContain('pending');
    return answer;
  }, SOON);

const WRONG_TOKEN = { refuse: { status: 401, code: 20003, message: 'Authenticate' } };

describeEachStore('health', (combination) => {
  it('says that the process is alive and can work, and how each check went', async () => {
    const world = await worldOf(combination);
    expect(await ask(world, '/healthz')).toMatchObject({ status: 200, json: { status: 'alive' } });
    const ready = await readiness(world);
    const ok = { status: 'ok', ms: expect.any(Number) };
    const checks = { registry: ok, queue: ok, providers: ok, prompts: ok };
    expect(ready).toMatchObject({ status: 200, json: { status: 'ready', checks } });
    expect(ready.headers.get('cache-control')).toBe('no-store');
  });
});

it('stays ready while the phone network refuses the credentials, since webhooks still come, and says so', async () => {
  const world = await worldOf(ANY_STORE);
  world.simulator.faults.next('list', WRONG_TOKEN);
  const answer = await readiness(world);
  expect(answer).toMatchObject({ status: 200, json: { status: 'ready' } });
  expect(answer.json.checks).toMatchObject({
    registry: { status: 'ok', required: true },
    providers: { status: 'failed', required: false },
  });
  expect(answer.json.checks.providers.reason).toContain('error 20003: the credentials are wrong');
  // The fault struck once; the answer counts for a minute.
  expect((await ask(world, '/readyz')).json.checks.providers.status).toBe('failed');
  expect((await ask(world, '/metrics')).text).toContain('poundkey_phone_network_access{access="refused"} 1');
  expect(world.log.filter((line) => line.includes('provider: cannot be reached or used'))).toHaveLength(1);
});

it.each([
  ['web', false],
  ['all', false],
  ['worker', true],
] as const)('requires of role %s what it cannot work without', async (role, needsQueue) => {
  const failing = () => Promise.reject(new Error('away'));
  const stores = { database: { check: async () => undefined }, queues: { ping: failing } };
  const checks = createChecks(
    { role, http: { publicUrl: null } },
    { stores, checkAccess: failing, checkPrompts: () => undefined },
  );
  const results = await runChecks(checks);
  expect(results).toMatchObject({ queue: { status: 'failed', required: needsQueue } });
  expect(isReady(results)).toBe(!needsQueue);
  stores.database.check = failing;
  expect(isReady(await runChecks(checks))).toBe(false);
});

it('says so while the process stops, and answers until everything else has stopped', async () => {
  const world = await worldOf(ANY_STORE);
  // Time stands still from the first prompt on, or the call would be over before anybody looks.
  const stopListening = world.simulator.on((event) => {
    if (event.type === 'heard') world.time.pause();
  });
  const { id } = await world.request('silence');
  await vi.waitFor(async () => expect((await world.read(id)).state).toBe('answered'), SOON);
  const stopped = world.service.stop();
  expect(await ask(world, '/readyz')).toMatchObject({
    status: 503,
    json: { status: 'stopping', checks: {} },
  });
  expect(await ask(world, '/healthz')).toMatchObject({ status: 200 });
  expect((await ask(world, '/metrics')).text).toContain('poundkey_verifications_open{state="answered"} 1');
  stopListening();
  world.time.resume();
  await stopped;
  await expect(ask(world, '/healthz')).rejects.toThrow('fetch failed');
});

it('says so while the process starts', async () => {
  const app = createOpsApp({
    handlers: () => null,
    isStopping: () => false,
    log: createLogger({ level: 'silent' }),
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, body: await response.json() };
  };
  expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'alive' } });
  expect(await get('/readyz')).toEqual({ status: 503, body: { status: 'starting', checks: {} } });
  expect(await get('/metrics')).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
  expect(await get('/board/')).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
});

it('gives each check its own time', async () => {
  const checks = await runChecks([
    { name: 'quick', limitMs: 1_000, run: async () => 'fine' },
    { name: 'hangs', limitMs: 10, run: () => new Promise(() => undefined) },
    { name: 'fails', limitMs: 1_000, run: () => Promise.reject(new Error('no such host')) },
  ]);
  expect(checks.quick).toMatchObject({ status: 'ok' });
  expect(checks.hangs).toMatchObject({ status: 'failed', reason: 'Error no answer within 10 ms' });
  expect(checks.fails).toMatchObject({ status: 'failed', reason: 'Error no such host' });
});

it('waits for what is not required for a moment only, and tells what was found last', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const required = { name: 'registry', limitMs: 1_000, run: async () => 'fine' };
  const slow = { name: 'providers', required: false, limitMs: 60_000, run: vi.fn(() => promise) };
  const look = createReadiness([required, slow], 10);
  const before = await look();
  expect(before).toMatchObject({
    registry: { status: 'ok' },
    providers: { status: 'pending', required: false },
  });
  expect(isReady(before)).toBe(true);
  await look();
  resolve();
  await vi.waitFor(async () => expect((await look()).providers).toMatchObject({ status: 'ok' }), SOON);
  expect(slow.run.mock.calls.length).toBeLessThan(3);
  slow.run.mockReturnValue(new Promise(() => undefined));
  expect((await look()).providers).toMatchObject({ status: 'ok' });
});

it('asks once for everybody who asks at the same time, and again when the answer is old', async () => {
  let now = 0;
  const ask = vi.fn(async () => now);
  const asked = remembered(
    ask,
    (answer) => 10 + answer,
    () => now,
  );
  expect(await Promise.all([asked(), asked()])).toEqual([0, 0]);
  now = 9;
  expect(await asked()).toBe(0);
  now = 10;
  expect(await asked()).toBe(10);
  now = 29;
  expect(await asked()).toBe(10);
  expect(ask).toHaveBeenCalledTimes(2);
});
