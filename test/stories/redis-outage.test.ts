// Redis forgets everything, or is away for a while. The registry knows the truth; nothing is lost and nothing doubled.
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { worldOn } from '../support/open-worlds.ts';
import { HAS_REDIS, startOwnStores } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { expectOneEnd, isStatus, stopAt } from '../support/traces.ts';

/** In turn, so that verifications are in every state when Redis forgets. */
const PHONES: [ScenarioName, string][] = [
  ['press-pound', 'approved'],
  ['busy', 'busy'],
  ['wrong-key', 'wrongDigits'],
  ['no-answer', 'noAnswer'],
  ['hang-up', 'hungUp'],
];
const HOW_MANY = 200;

describe.runIf(HAS_REDIS)('when Redis', () => {
  // The sweeper's lease must be over by the time the story calls it; its own timer stays out of the way.
  const sweep = { intervalMs: 60_000, slackMs: 5_000 };
  const { world, stores } = worldOn(() => startOwnStores(true), { config: { sweep } });

  test(`forgets everything in the middle of ${HOW_MANY} verifications, each ends once`, async () => {
    const redis = new Redis(stores.redisUrl ?? '');
    const requested: { id: string; outcome: string }[] = [];
    let forgotten = 0;
    for (let count = 0; count < HOW_MANY; count += 1) {
      const [phone, outcome] = PHONES[count % PHONES.length] ?? ['press-pound', 'approved'];
      const { id } = await world.request(phone);
      requested.push({ id, outcome });
      // Time stands still at whatever calls are doing just now, so that many are under way.
      if (count === 20) world.time.pause();
      if (count % 60 === 59) {
        await redis.flushall();
        forgotten += 1;
        await world.time.advance(700 * forgotten);
      }
    }
    expect(await openVerifications()).toBeGreaterThan(100);
    await redis.flushall();
    world.time.resume();
    await world.settle();
    redis.disconnect();
    for (const { id, outcome } of requested) await expectOneEnd(world, id, { outcome });
    expect(Object.values(world.simulator.createdPerNumber())).toEqual(requested.map(() => 1));
  }, 120_000);

  test('is away, requests are accepted, live calls go on, and all ends as it should once it is back', async () => {
    const ringing = stopAt(world, (event) => isStatus(event, 'ringing'));
    const live = await world.request('press-pound');
    await ringing;
    await vi.waitFor(async () => expect((await world.read(live.id)).state).toBe('ringing'), SOON);
    await stores.redis?.kill();
    const queued = [await world.request('press-pound'), await world.request('busy')];
    world.time.resume();
    await world.time.idle();
    // # was pressed, heard and acted upon, with nothing but the registry there.
    expect(await world.read(live.id)).toMatchObject({ state: 'finished', outcome: 'approved' });
    expect((await world.read(queued[0].id)).state).toBe('queued');
    await stores.redis?.start();
    await vi.waitFor(() => world.service.stores.queues.ping(), { timeout: 15_000, interval: 100 });
    await world.settle();
    await expectOneEnd(world, live.id, { outcome: 'approved' });
    await expectOneEnd(world, queued[0].id, { outcome: 'approved' });
    await expectOneEnd(world, queued[1].id, { outcome: 'busy' });
  }, 60_000);

  test('is away, a verification can be canceled, and no call is placed when it is back', async () => {
    await stores.redis?.kill();
    const { id } = await world.request('press-pound');
    expect((await world.api('POST', `/v1/verifications/${id}/cancel`)).status).toBe(200);
    await stores.redis?.start();
    await vi.waitFor(() => world.service.stores.queues.ping(), { timeout: 15_000, interval: 100 });
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'canceled', calls: 0 });
  }, 60_000);

  async function openVerifications(): Promise<number> {
    const row = await world.db
      .selectFrom('verification')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('state', '<>', 'finished')
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }
});
