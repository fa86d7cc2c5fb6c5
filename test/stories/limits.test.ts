// How many verifications may be requested in a while: per user, per number, per tenant; exactly so many.
import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { hmac } from '../../src/platform/secrets/key-ring.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import type { World } from '../support/world.ts';
import { expectNothingQueued } from './nothing-queued.ts';

const WINDOW_S = 60;
const few = { count: 3, windowS: WINDOW_S };
const many = { count: 1_000, windowS: WINDOW_S };
const NONE = { perUser: many, perNumber: many, perTenant: many };

describeWorlds('a limit', ({ world }) => {
  // A window of its own for every story.
  beforeEach(async () => {
    world.time.resume();
    await world.settle();
    await world.time.advance(2 * WINDOW_S * 1_000);
    world.time.pause();
  });

  let users = 0;
  const newUser = () => `user-${users++}`;
  const ask = (body: object = {}, api: World['api'] = world.api) =>
    api('POST', '/v1/verifications', { userId: newUser(), number: world.newNumber(), ...body });
  const limit = (limits: object) => setPolicy(world, { limits: { ...NONE, ...limits } });

  /** Each limit, with what its requests have in common. */
  const LIMITS: [name: string, limits: object, common: () => object][] = [
    ['per user', { perUser: few }, () => ({ userId: newUser() })],
    ['per number', { perNumber: few }, () => ({ number: world.newNumber() })],
    ['per tenant', { perTenant: few }, () => ({})],
  ];

  test.each(LIMITS)(
    '%s lets so many through and refuses the next, with the time to wait',
    async (_name, limits, common) => {
      await limit(limits);
      const same = common();
      await world.time.advance(10_000);
      for (let count = 0; count < few.count; count += 1) expect((await ask(same)).status).toBe(201);
      await world.time.advance(20_000);
      const refused = await expectNothingQueued(world, () => ask(same));
      expect(refused).toMatchObject({ status: 429, body: { code: 'limit.reached' } });
      expect(refused.headers.get('retry-after')).toBe('40');
    },
  );

  test.each(LIMITS)(
    '%s lets through again once its window has passed, and not before',
    async (_name, limits, common) => {
      await limit(limits);
      const same = common();
      for (let count = 0; count < few.count; count += 1) await ask(same);
      await world.time.advance(WINDOW_S * 1_000 - 1_000);
      const refused = await ask(same);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
      await world.time.advance(1_000);
      const again = [await ask(same), await ask(same), await ask(same), await ask(same)];
      expect(again.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
    },
  );

  test.each(LIMITS)('%s lets exactly so many of twenty at once through', async (_name, limits, common) => {
    await limit(limits);
    const same = common();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(same)));
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array(3).fill(201), ...Array(17).fill(429)]);
    for (const { headers } of answers.filter(({ status }) => status === 429))
      expect(headers.get('retry-after')).toBe(String(WINDOW_S));
  });

  test.each(LIMITS.slice(0, 2))('%s is not shared by others', async (_name, limits, common) => {
    await limit(limits);
    const same = common();
    for (let count = 0; count <= few.count; count += 1) await ask(same);
    expect((await ask(same)).status).toBe(429);
    expect((await ask(common())).status).toBe(201);
    expect((await ask()).status).toBe(201);
  });

  test('that is reached spends nothing of another: who asks for a busy number keeps all of their own', async () => {
    await limit({ perUser: few, perNumber: { count: 1, windowS: WINDOW_S } });
    const [userId, number] = [newUser(), world.newNumber()];
    expect((await ask({ number })).status).toBe(201);
    const refused = await Promise.all(Array.from({ length: 5 }, () => ask({ userId, number })));
    expect(refused.map(({ status }) => status)).toEqual(Array(5).fill(429));
    const own = [await ask({ userId }), await ask({ userId }), await ask({ userId }), await ask({ userId })];
    expect(own.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
  });

  test.each(LIMITS.filter(([name]) => name !== 'per number'))(
    '%s is not shared by tenants',
    async (name, limits, common) => {
      const id = `other-${name.replace(' ', '-')}-${users}`;
      const { api: other } = await world.addTenant(id, { limits: { ...NONE, ...limits } });
      await limit(limits);
      const same = common();
      for (let count = 0; count <= few.count; count += 1) await ask(same);
      expect((await ask(same)).status).toBe(429);
      expect((await ask(same, other)).status).toBe(201);
    },
  );

  test('per number is shared by tenants: each lets through what its own policy allows of all calls', async () => {
    const policy = { limits: { ...NONE, perNumber: { count: 5, windowS: WINDOW_S } } };
    const { api: other } = await world.addTenant(`generous-${users}`, policy);
    await limit({ perNumber: few });
    const same = { number: world.newNumber() };
    for (let count = 0; count < few.count; count += 1) expect((await ask(same)).status).toBe(201);
    const answers = [await ask(same), await ask(same, other), await ask(same, other), await ask(same, other)];
    expect(answers.map(({ status }) => status)).toEqual([429, 201, 201, 429]);
  });

  test('per number, of another tenant and for longer, do not hold up who signs in with that phone', async () => {
    // Each time that a job is late settling moves the time on by a minute: a window that holds all of them.
    await limit({ perNumber: { ...few, windowS: 3_600 } });
    const { userId, number } = await world.story('press-pound');
    const policy = { limits: { ...NONE, perNumber: { count: 1_000, windowS: 86_400 } } };
    const { api: stranger } = await world.addTenant(`stranger-${users}`, policy);
    world.time.pause();
    for (let count = 0; count < 10; count += 1) {
      const { body } = await stranger('POST', '/v1/verifications', {
        userId: `s-${count}`,
        number: number.e164,
      });
      await stranger('POST', `/v1/verifications/${body.id}/cancel`);
    }
    world.time.resume();
    await world.settle();
    const signIn = { userId, purpose: 'signIn' };
    for (let count = 0; count < few.count; count += 1) {
      expect((await world.api('POST', '/v1/verifications', signIn)).status).toBe(201);
      await world.settle();
    }
    expect((await world.api('POST', '/v1/verifications', signIn)).status).toBe(429);
  });

  test('per switchboard counts all its extensions together', async () => {
    await limit({ perSwitchboard: few });
    const number = world.newNumber();
    const extensions = ['11', '12', '13', '14'];
    const answers = [];
    for (const extension of extensions) answers.push(await ask({ number, extension }));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
    expect(answers[3]?.body.detail).toContain('for this switchboard');
    expect((await ask({ number })).status).toBe(201);
  });

  test('per number counts a number as it was understood, however it is typed', async () => {
    await limit({ perNumber: few });
    const number = world.newNumber();
    const national = { number: `0${number.slice(3)}`, country: 'SE' };
    const spaced = { number: `+46 (0)${number.slice(3, 4)}-${number.slice(4)}` };
    const answers = [await ask({ number }), await ask(national), await ask(spaced), await ask({ number })];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
  });

  test('per number counts each extension behind a switchboard for itself', async () => {
    await limit({ perNumber: few });
    const number = world.newNumber();
    for (let count = 0; count < few.count; count += 1) await ask({ number, extension: '11' });
    expect((await ask({ number: `${number} x11` })).status).toBe(429);
    expect((await ask({ number, extension: '12' })).status).toBe(201);
    expect((await ask({ number })).status).toBe(201);
  });

  test('counts neither what is wrong nor the same request again', async () => {
    await limit({ perTenant: few, perUser: few });
    const userId = newUser();
    const number = world.newNumber();
    for (let count = 0; count < 5; count += 1) {
      expect((await ask({ userId, number: '+4681' })).status).toBe(422);
      expect((await ask({ userId, number: 7 })).status).toBe(400);
    }
    const again = () =>
      world.api('POST', '/v1/verifications', { userId, number }, { 'idempotency-key': userId });
    const statuses = [await again(), await again(), await again(), await again()].map(({ status }) => status);
    expect(statuses).toEqual([201, 200, 200, 200]);
    expect([(await ask({ userId })).status, (await ask({ userId })).status]).toEqual([201, 201]);
    expect((await ask({ userId })).status).toBe(429);
  });

  test('keeps no number: the registry counts under a keyed hash, and forgets when the window is over', async () => {
    await limit({});
    const number = world.newNumber();
    await ask({ number });
    const counted = async () => world.db.selectFrom('rateCount').selectAll().execute();
    expect((await counted()).length).toBeGreaterThan(0);
    const kept = JSON.stringify(await counted());
    expect(kept).not.toContain(number.slice(1));
    // Whoever has the registry alone cannot try all numbers: their bare hashes are not there.
    const guesses = [number, `${number}x`, `limit ${number}x`];
    for (const guess of guesses) expect(kept).not.toContain(createHash('sha256').update(guess).digest('hex'));
    const { hashKeys } = world.service.stores;
    expect(kept).toContain(hmac(hashKeys, `limit ${number}x`).hash);
    world.time.resume();
    await world.settle();
    // One process keeps the sweep for half its interval.
    await world.time.advance(world.config.sweep.intervalMs);
    await world.service.journey.sweep();
    expect(await counted()).toEqual([]);
  });
});
