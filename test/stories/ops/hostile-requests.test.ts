// Who must not read the operators' port: pages of other sites, by way of a browser that reaches it. And who guesses.
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { createSignInLimit } from '../../../src/ops/sign-in-limit.ts';
import { worldOn } from '../../support/open-worlds.ts';
import { ask, basic, OPERATOR, OPS, worldOf } from '../../support/operator.ts';
import { send } from '../../support/sample-service.ts';
import { ANY_STORE } from '../../support/stores.ts';

describe('the operators’ port asked for a host', () => {
  const { world } = worldOn(ANY_STORE, {
    config: { ops: { ...OPS, allowedHosts: ['web-1', 'Ops.Example'] } },
  });
  const get = (path: string, headers: Record<string, string | string[]>) => {
    const port = Number(new URL(world.service.opsUrl).port);
    return send({ port }, 'GET', path, { headers: { authorization: [], ...headers } });
  };

  it.each([
    'localhost',
    'LOCALHOST:9090',
    'localhost.',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]:9090',
    '10.2.3.4:9090',
    '[fd00::17]',
    'web-1:9090',
    'ops.example',
    'OPS.EXAMPLE.:443',
  ])('%s answers', async (host) => {
    expect((await get('/metrics', { host })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:9090',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    'ops.example.evil.example',
    'web-1.evil.example',
    'web-10',
    'localhost@evil.example',
    '127.1',
    '2130706433',
    '0x7f000001',
    '[::1].evil.example',
    '::1',
  ])('%j does not, at no address', async (host) => {
    for (const path of ['/metrics', '/board/', '/board/api/queues', '/readyz', '/healthz', '/nothing']) {
      const answer = await get(path, { host });
      expect(answer).toMatchObject({ status: 421, json: { code: 'host.notAllowed' } });
      expect(answer.json.detail).toContain('OPS_ALLOWED_HOSTS');
    }
  });

  it('and a change needs the right host too, whoever signs it', async () => {
    const headers = {
      ...basic(OPERATOR.user, OPERATOR.password),
      host: 'evil.example',
      origin: 'http://evil.example',
    };
    const port = Number(new URL(world.service.opsUrl).port);
    const answer = await send({ port }, 'PUT', '/board/api/queues/verifications/pause', { headers });
    expect(answer.status).toBe(421);
    expect(await world.service.jobs.queue.isPaused()).toBe(false);
  });
});

it.each(['http://ops.example', 'ops.example:9090', 'ops.example,', '*', 'a b', '.example'])(
  'is not configured with the host %j',
  (value) => {
    expect(() => readConfig({ OPS_ALLOWED_HOSTS: value })).toThrow(
      'OPS_ALLOWED_HOSTS must be names of hosts',
    );
  },
);

it('who guesses the password has to wait, is not looked at meanwhile, and stands in the log', async () => {
  const world = await worldOf(ANY_STORE);
  const wrong = { headers: basic(OPERATOR.user, 'a-guess-of-mine') };
  const right = { headers: basic(OPERATOR.user, OPERATOR.password) };
  const guess = async () => (await ask(world, '/board/', wrong)).status;
  const guesses = await Promise.all(Array.from({ length: 50 }, guess));
  expect(guesses.filter((status) => status === 401)).toHaveLength(5);
  expect(guesses.filter((status) => status === 429)).toHaveLength(45);
  const refused = await ask(world, '/board/', right);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  // Who only looks is not held up.
  expect((await ask(world, '/board/')).status).toBe(200);
  const lines = world.log.filter((line) => line.includes('sign-in to the queue board refused'));
  expect(lines).toHaveLength(5);
  expect(JSON.parse(lines[4] ?? '')).toMatchObject({ source: expect.stringMatching('127.0.0.1'), inARow: 5 });
});

describe('wrong sign-ins', () => {
  const limited = () => {
    const clock = { now: 0 };
    return { clock, limit: createSignInLimit(() => clock.now) };
  };

  it('cost nothing at first, then a wait that doubles up to five minutes', () => {
    const { clock, limit } = limited();
    const waits = Array.from({ length: 16 }, () => limit.wrong('192.0.2.1').waitMs / 1000);
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    clock.now += 299_999;
    expect(limit.waitMs('192.0.2.1')).toBe(1);
    clock.now += 1;
    expect(limit.waitMs('192.0.2.1')).toBe(0);
  });

  it('are forgotten with a right one, and with time', () => {
    const { clock, limit } = limited();
    for (let count = 0; count < 5; count += 1) limit.wrong('192.0.2.1');
    limit.right('192.0.2.1');
    expect(limit.wrong('192.0.2.1')).toEqual({ inARow: 1, waitMs: 0 });
    clock.now += 3_600_000;
    expect(limit.wrong('192.0.2.1').inARow).toBe(1);
  });

  it.each([
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:db8:0:0:1::', true],
    ['::1', '2001:db8::1', false],
  ])('from %s and %s are of one source: %s', (one, other, isSame) => {
    const { limit } = limited();
    limit.wrong(one);
    expect(limit.wrong(other).inARow).toBe(isSame ? 2 : 1);
  });

  it('of any number of sources take only so much memory, and the latest are remembered', () => {
    const { limit } = limited();
    for (let count = 0; count < 5_000; count += 1) limit.wrong(`10.0.${count >> 8}.${count & 255}`);
    expect(limit.size()).toBe(1_000);
    expect(limit.wrong('10.0.19.135').inARow).toBe(2);
  });
});
