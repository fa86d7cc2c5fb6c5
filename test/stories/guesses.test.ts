// Guessing the digits on the screen, or a PIN, from one call to the next: the challenge is locked, and the tenant told.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { openReceiver, verified } from '../support/webhook-receiver.ts';

const OPTIONS = { config: { webhooks: { allowPrivate: true, timeLimitMs: 10_000 } } };

describeWorlds('wrong answers in one verification after the other', OPTIONS, ({ world, combination }) => {
  let tenants = 0;
  const tenantWith = async (challenge: 'numberMatch' | 'pin') => {
    const id = `${challenge.toLowerCase()}-${tenants++}-${combination.replaceAll('+', '-')}`;
    const { api } = await world.addTenant(id, {
      challenge,
      limits: { perUser: { count: 100, windowS: 60 }, perNumber: { count: 100, windowS: 60 } },
    });
    await api('PUT', '/v1/users/u-1/profile', { pin: '4807' });
    const number = world.newNumber();
    const call = async (...answers: Parameters<typeof pressing>) => {
      world.simulator.desk.script(number, pressing(...answers));
      const answer = await api('POST', '/v1/verifications', { userId: 'u-1', number });
      await world.settle();
      return answer;
    };
    const guess = () => call('1#', '2#', '3#');
    return { api, call, guess, number };
  };

  test('lock the digits on the screen for a day, and the tenant is told once', async () => {
    const { api, guess } = await tenantWith('numberMatch');
    const receiver = await openReceiver();
    try {
      const { secret } = (await api('PUT', '/v1/webhook-endpoint', { url: receiver.url })).body;
      for (let count = 0; count < 3; count += 1) expect((await guess()).status).toBe(201);
      const refused = await guess();
      expect(refused).toMatchObject({ status: 429, body: { code: 'challenge.locked' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
      for (let round = 0; round < 3; round += 1) await world.service.outbox.deliverDue();
      const told = receiver.received.map((message) => verified(secret, message, new Date(world.time.now())));
      expect(told.filter(({ type }) => type === 'challenge.locked')).toHaveLength(1);
      expect(told.filter(({ type }) => type === 'verification.finished')).toHaveLength(3);
    } finally {
      await receiver.close();
    }
  });

  test('lock a PIN for a while that doubles, and a right answer ends the row', async () => {
    const { api, call, guess } = await tenantWith('pin');
    for (let count = 0; count < 3; count += 1) await guess();
    const retryAfterS = Number((await guess()).headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThan(880);
    expect(retryAfterS).toBeLessThanOrEqual(900);
    await world.time.advance(901_000);
    expect((await guess()).status).toBe(201);
    expect(Number((await guess()).headers.get('retry-after'))).toBeGreaterThan(1_700);
    await api('DELETE', '/v1/users/u-1/block');
    const audited = await world.db
      .selectFrom('auditEvent')
      .select('data')
      .where('type', '=', 'challenge.unlocked')
      .execute();
    expect(audited.map(({ data }) => data)).toEqual([{ challenges: ['pin'] }]);
    expect((await call('4807#')).status).toBe(201);
    for (let count = 0; count < 2; count += 1) await guess();
    expect((await call('4807#')).status).toBe(201);
  });

  test('are counted however the call ends: after two of them and hanging up, too', async () => {
    const { api, number } = await tenantWith('pin');
    const [first, second] = pressing('1#', '2#').reactions ?? [];
    const hangUp = { on: 'prompt' as const, afterMs: 500, hangUp: true as const };
    const script = { ...pressing(), reactions: [first, second, hangUp].filter((each) => each !== undefined) };
    for (let count = 0; count < 3; count += 1) {
      world.simulator.desk.script(number, script);
      const { body, status } = await api('POST', '/v1/verifications', { userId: 'u-1', number });
      expect(status).toBe(201);
      await world.settle();
      expect((await api('GET', `/v1/verifications/${body.id}`)).body.outcome).toBe('hungUp');
    }
    const refused = await api('POST', '/v1/verifications', { userId: 'u-1', number });
    expect(refused).toMatchObject({ status: 429, body: { code: 'challenge.locked' } });
  });

  test('cannot be given in several calls at once: a user has one open verification with an answer to guess', async () => {
    const { api } = await tenantWith('numberMatch');
    world.time.pause();
    const asked = await Promise.all(
      Array.from({ length: 8 }, () =>
        api('POST', '/v1/verifications', { userId: 'u-1', number: world.newNumber() }),
      ),
    );
    const [accepted, ...others] = asked.toSorted((one, other) => one.status - other.status);
    expect(accepted?.status).toBe(201);
    for (const other of others)
      expect(other).toMatchObject({
        status: 409,
        body: { code: 'verification.alreadyOpen', verificationId: accepted?.body.id },
      });
    world.time.resume();
    await world.settle();
  });

  test('a new PIN has not been failed yet', async () => {
    const { api, guess } = await tenantWith('pin');
    for (let count = 0; count < 3; count += 1) await guess();
    expect((await guess()).status).toBe(429);
    await api('PUT', '/v1/users/u-1/profile', { pin: '5918' });
    expect((await guess()).status).toBe(201);
  });
});
