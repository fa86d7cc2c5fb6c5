// Blocked users: nothing is taken for them, nothing that waits for them is called, and all of it is written down.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { START, type WorldOptions } from '../support/world.ts';

describeWorlds('a block', ({ world }) => {
  let users = 0;

  const newUser = () => {
    users += 1;
    const userId = `blocked-${users}`;
    const path = `/v1/users/${userId}/block`;
    return {
      userId,
      put: (body: object) => world.api('PUT', path, body),
      read: async () => (await world.api('GET', path)).body,
      end: () => world.api('DELETE', path),
      ask: (number = world.newNumber()) => world.api('POST', '/v1/verifications', { userId, number }),
    };
  };

  test('for good refuses requests until it is ended, twice if need be', async () => {
    const user = newUser();
    expect(await user.read()).toMatchObject({ userId: user.userId, blocked: false, reason: null });
    const put = await user.put({ reason: ' phone stolen ' });
    expect(put).toMatchObject({
      status: 200,
      body: { blocked: true, reason: 'phone stolen', expiresAt: null },
    });
    expect(await user.read()).toEqual(put.body);
    expect(await user.ask()).toMatchObject({ status: 403, body: { code: 'user.blocked' } });
    expect(await user.end()).toMatchObject({ status: 200, body: { blocked: false } });
    expect(await user.end()).toMatchObject({ status: 200, body: { blocked: false } });
    expect(await user.ask()).toMatchObject({ status: 201 });
    await world.settle();
  });

  test.each([
    ['forS', () => ({ forS: 600 })],
    ['expiresAt', () => ({ expiresAt: new Date(world.time.now() + 600_000).toISOString() })],
  ])('with %s ends by itself', async (_what, until) => {
    const user = newUser();
    const { body } = await user.put({ reason: 'a while', ...until() });
    // The simulator's time goes on in fractions of a millisecond, which no Date holds.
    expect(Date.parse(body.expiresAt)).toBe(Math.trunc(world.time.now()) + 600_000);
    expect((await user.ask()).body.detail).toContain(body.expiresAt);
    await world.time.advance(600_000);
    expect(await user.read()).toMatchObject({ blocked: false });
    expect(await user.ask()).toMatchObject({ status: 201 });
    await world.settle();
  });

  test('replaces the block before it', async () => {
    const user = newUser();
    await user.put({ reason: 'one', forS: 60 });
    await user.put({ reason: 'two' });
    expect(await user.read()).toMatchObject({ reason: 'two', expiresAt: null });
  });

  test("is of one tenant's user, and no other tenant sees it", async () => {
    const user = newUser();
    await user.put({ reason: 'ours' });
    const { api } = await world.addTenant(`other-${users}`);
    expect((await api('GET', `/v1/users/${user.userId}/block`)).body).toMatchObject({ blocked: false });
    expect(await api('DELETE', `/v1/users/${user.userId}/block`)).toMatchObject({ status: 200 });
    expect(await user.read()).toMatchObject({ blocked: true });
  });

  test('is in the audit, from its beginning to its end', async () => {
    const user = newUser();
    await user.put({ reason: 'phone stolen', forS: 60 });
    await user.end();
    await user.end();
    const events = await world.db
      .selectFrom('auditEvent')
      .select(['type', 'data', 'at'])
      .where('userId', '=', user.userId)
      .orderBy('type')
      .execute();
    const expiresAt = new Date(world.time.now() + 60_000).toISOString();
    expect(events).toMatchObject([
      { type: 'user.blocked', data: { reason: 'phone stolen', expiresAt } },
      { type: 'user.unblocked', data: { reason: 'phone stolen' } },
    ]);
    expect(events[0]?.at.getTime()).toBeGreaterThanOrEqual(START.getTime());
  });
});

/** One call every ten seconds: the second verification waits. */
const SLOW_LINE: WorldOptions = {
  config: {
    lines: { default: [{ number: '+46850500500', provider: null }], byCountry: {}, callsPerSecond: 0.1 },
  },
  policy: { patienceS: 120 },
};

describeWorlds('a verification that waits for its call', SLOW_LINE, ({ world }) => {
  test('ends as blocked when its user is blocked meanwhile, and nobody is called', async () => {
    await world.request('press-pound');
    const waiting = await world.request('press-pound');
    expect(waiting.expectedCallAt).not.toBeNull();
    await world.api('PUT', `/v1/users/${waiting.userId}/block`, { reason: 'left the company' });
    await world.settle();
    expect(await world.read(waiting.id)).toMatchObject({ state: 'finished', outcome: 'blocked' });
    expect(world.simulator.createdPerNumber()[waiting.number.e164]).toBeUndefined();
    expect((await world.api('GET', `/v1/users/${waiting.userId}/phone-methods`)).body.value).toEqual([]);
  });
});
