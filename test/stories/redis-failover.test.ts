// The server that has the queue is killed and another takes over. What was not copied to it yet, the registry still knows.
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { START_MISSED } from '../../src/journey/place/place-attempt.ts';
import { openQueues, type QueuesOptions } from '../../src/platform/queue/open-queues.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { worldOfThisTest } from '../support/open-worlds.ts';
import { livedMs } from '../support/own-time.ts';
import { ask, type RedisGroup, startRedisCluster, startWatchedRedis } from '../support/redis-groups.ts';
import { expectOneEnd } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** In turn, so that verifications are in every state when the server dies. */
const PHONES: [ScenarioName, string][] = [
  ['press-pound', 'approved'],
  ['busy', 'busy'],
  ['wrong-key', 'wrongDigits'],
  ['no-answer', 'noAnswer'],
];
const HOW_MANY = 300;
const PREFIX = 'story';
const TIMES = { lockDurationMs: 5_000, stalledIntervalMs: 2_000 };

const GROUPS = [
  { name: 'a cluster of six', start: startRedisCluster },
  { name: 'a master watched by three sentinels', start: startWatchedRedis },
];

/** Requests them; after the first some the time goes on by hand, so that many are under way. */
async function requestMany(world: World, count: number) {
  const requested: { id: string; outcome: string }[] = [];
  for (let n = 0; n < count; n += 1) {
    const [phone, outcome] = PHONES[n % PHONES.length] ?? ['press-pound', 'approved'];
    requested.push({ id: (await world.request(phone)).id, outcome });
    if (n === 20) world.time.pause();
    if (n === 100) await world.time.advance(1_500);
  }
  return requested;
}

async function expectOneEndEach(world: World, requested: { id: string; outcome: string }[]) {
  for (const { id, outcome } of requested) {
    const { attempts } = await expectOneEnd(world, id, { outcome });
    // Time jumps while statements run: an attempt may be given back before the provider is asked, and made again.
    expect(attempts.filter(({ errorCode }) => errorCode !== START_MISSED)).toHaveLength(1);
  }
  expect(Object.values(world.simulator.createdPerNumber())).toEqual(requested.map(() => 1));
}

describe.runIf(inject('postgresUrl') && inject('redisUrl'))('when Redis is', () => {
  describe.each(GROUPS)('$name', ({ start }) => {
    let group: RedisGroup;
    let queue: Extract<QueuesOptions, { kind: 'redis' }>;

    beforeAll(async () => {
      group = await start();
      queue = { kind: 'redis', prefix: PREFIX, ...group.place };
    }, 120_000);
    afterAll(() => group?.stop());

    test('a server that may drop jobs is named at the start', async () => {
      const master = await group.masterOf(PREFIX);
      const setPolicy = (policy: string) =>
        ask(master, (redis) => redis.config('SET', 'maxmemory-policy', policy));
      await setPolicy('allkeys-lru');
      const warnings: unknown[] = [];
      const log = { warn: (fields: unknown) => void warnings.push(fields) };
      const queues = await openQueues(queue, TIMES, log);
      await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 10_000 });
      await queues.close();
      await setPolicy('noeviction');
      expect(warnings).toMatchObject([{ policy: 'allkeys-lru', port: Number(new URL(master.url).port) }]);
    });

    test(`its server is killed in the middle of ${HOW_MANY} verifications, each ends once, with one call`, async () => {
      const sweep = { intervalMs: 60_000, slackMs: 5_000 };
      const world = await worldOfThisTest('postgres', { config: { queue, sweep } });
      const { queues } = world.service.stores;
      const killed = await group.masterOf(PREFIX);
      const before = await requestMany(world, HOW_MANY / 2);
      await killed.kill();
      const requested = [...before, ...(await requestMany(world, HOW_MANY / 2))];
      await vi.waitFor(() => queues.ping(), { timeout: 30_000, interval: 100 });
      expect((await group.masterOf(PREFIX)).url).not.toBe(killed.url);
      world.time.resume();
      await world.settle();
      await expectOneEndEach(world, requested);
    }, 180_000);

    test('nothing keeps queues from closing when no server is left', async () => {
      const queues = await openQueues(queue, TIMES, { warn: () => undefined });
      queues.worker('work', async () => undefined, { concurrency: 1 });
      await queues.queue('work').add('advance', {});
      await queues.ping();
      await group.stop();
      await expect(queues.ping()).rejects.toThrow();
      expect(await livedMs(() => queues.close(1_000))).toBeLessThan(8_000);
    }, 60_000);
  });
});
