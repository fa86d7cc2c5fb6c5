// Somebody who did not ask for the call presses 0 and then #: the user is blocked, app passwords end, all are told.
import { expect, test, vi } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { openReceiver, verified } from '../support/webhook-receiver.ts';

const OPTIONS = { config: { webhooks: { allowPrivate: true, timeLimitMs: 10_000 } } };

describeWorlds('a call that is reported as fraud', OPTIONS, ({ world, combination }) => {
  const heardBy = (number: string) =>
    world.simulator
      .calls()
      .filter((call) => call.to === number)
      .flatMap((call) => call.transcript.flatMap((line) => ('text' in line ? [line.text] : [])));
  const alarmsOf = (id: string) =>
    world.log.filter((line) => line.includes('verification.fraudReported') && line.includes(id));
  const tenantOf = (id: string) => `${id}-${combination.replaceAll('+', '-')}`;
  const tenantWith = async (id: string, policy: Record<string, unknown>) => {
    const { api } = await world.addTenant(tenantOf(id), policy);
    return {
      api,
      /** Somebody registers a phone, which then rings for a sign-in. */
      async story(phone: Script | ScenarioName, userId: string) {
        const number = world.newNumber();
        world.simulator.desk.script(number, 'press-pound');
        await api('POST', '/v1/verifications', { userId, number });
        await world.settle();
        world.simulator.desk.script(number, phone);
        const { body } = await api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
        await world.settle();
        return (await api('GET', `/v1/verifications/${body.id}`)).body;
      },
    };
  };

  test('ends as fraudReported, blocks the user for good and raises one alarm at once', async () => {
    const { userId, number } = await world.story('press-pound');
    world.simulator.desk.script(number.e164, 'fraud');
    const signIn = { userId, purpose: 'signIn', locale: 'en-US' };
    const { id } = (await world.api('POST', '/v1/verifications', signIn)).body;
    const before = heardBy(number.e164).length;
    await world.settle();
    expect(await world.read(id)).toMatchObject({ state: 'finished', outcome: 'fraudReported' });
    expect(heardBy(number.e164).slice(before)).toEqual([
      expect.stringContaining('press zero'),
      expect.stringContaining('To report this call as fraud'),
      expect.stringContaining('Thank you for reporting'),
    ]);
    const block = await world.api('GET', `/v1/users/${userId}/block`);
    expect(block.body).toMatchObject({ blocked: true, reason: 'fraudReported', expiresAt: null });
    const again = await world.api('POST', '/v1/verifications', { userId, number: number.e164 });
    expect(again).toMatchObject({ status: 403, body: { code: 'user.blocked' } });
    const alarms = alarmsOf(id).map((line) => JSON.parse(line));
    expect(alarms).toMatchObject([{ level: 'error', alarm: true, tenantId: 'contoso' }]);
  });

  test("revokes the user's app passwords, also one that waits to be shown, and nobody else's", async () => {
    const mine = await world.story('press-pound');
    const other = await world.story('press-pound');
    world.simulator.desk.script(mine.number.e164, 'fraud');
    await world.api('POST', '/v1/verifications', { userId: mine.userId, purpose: 'signIn' });
    await world.settle();
    const revealed = (id: string) => world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    expect(await revealed(mine.id)).toMatchObject({ status: 410 });
    expect(await revealed(other.id)).toMatchObject({ status: 200 });
    const passwords = await world.db
      .selectFrom('appPassword')
      .select(['revokedAt', 'sealed'])
      .where('userId', '=', mine.userId)
      .execute();
    expect(passwords).toEqual([{ revokedAt: expect.any(Date), sealed: null }]);
    const audit = await world.db
      .selectFrom('auditEvent')
      .select('data')
      .where('userId', '=', mine.userId)
      .where('type', '=', 'verification.fraudReported')
      .execute();
    expect(audit).toEqual([
      {
        data: { fromRegisteredPhone: true, userBlocked: true, blockedUntil: null, appPasswordsRevoked: 1 },
      },
    ]);
  });

  test.each([
    ['another key', ['0', '5']],
    ['0 once more', ['0', '0']],
    ['*', ['0', '*']],
    ['silence', ['0', { afterSilence: '#' }]],
  ] as const)(
    'is none when %s follows the 0: the question comes again, and # approves',
    async (_what, keys) => {
      const approving = typeof keys[1] === 'string' ? [...keys, '#'] : keys;
      const { outcome, userId } = await world.story(pressing(...approving));
      expect(outcome).toBe('approved');
      expect((await world.api('GET', `/v1/users/${userId}/block`)).body).toMatchObject({ blocked: false });
    },
  );

  test('counts neither the 0 nor what leads back as a wrong key', async () => {
    expect(await world.story(pressing('0', '5', '7', '0', '9', '8', '#'))).toMatchObject({
      outcome: 'approved',
    });
    expect(await world.story(pressing('7', '0', '5', '8', '9', '#'))).toMatchObject({
      outcome: 'wrongDigits',
    });
  });

  test.each([
    ['another key', ['0', '5', '0', '5', '0', '5', '#']],
    ['silence', ['0', { afterSilence: '0' }, { afterSilence: '0' }, { afterSilence: '#' }]],
  ] as const)('ends the call when 0 is followed by %s for the third time', async (_what, keys) => {
    expect(await world.story(pressing(...keys))).toMatchObject({ outcome: 'wrongDigits' });
  });

  test('is reported once when every webhook comes twice', async () => {
    const number = world.newNumber();
    world.simulator.faults.webhooks({ kind: 'digits', do: 'double', to: number });
    world.simulator.desk.script(number, pressing('7', '0', '5', '0', '#'));
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'twice', number });
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ outcome: 'fraudReported' });
    expect(heardBy(number)).toHaveLength(6);
    expect(alarmsOf(body.id)).toHaveLength(1);
    const audit = await world.db
      .selectFrom('auditEvent')
      .select('type')
      .where('verificationId', '=', body.id)
      .execute();
    expect(audit).toEqual([{ type: 'verification.fraudReported' }]);
  });

  test('blocks for as long as the policy says, or not at all', async () => {
    const brief = await tenantWith('brief', { fraud: { blockForS: 3_600 } });
    const { decidedAt } = await brief.story(pressing('0', '#'), 'u-1');
    const { body } = await brief.api('GET', '/v1/users/u-1/block');
    expect(body).toMatchObject({ blocked: true, reason: 'fraudReported' });
    expect(Date.parse(body.expiresAt) - Date.parse(decidedAt)).toBeLessThan(3_600_000 + 60_000);
    expect(Date.parse(body.expiresAt) - Date.parse(decidedAt)).toBeGreaterThanOrEqual(3_600_000);
    const never = await tenantWith('never', { fraud: { blockUser: false } });
    expect(await never.story(pressing('0', '#'), 'u-1')).toMatchObject({ outcome: 'fraudReported' });
    expect((await never.api('GET', '/v1/users/u-1/block')).body).toMatchObject({ blocked: false });
  });

  test('does not shorten a longer block that another process has just set', async () => {
    const { api, story } = await tenantWith('longer', { fraud: { blockForS: 60 } });
    await story('press-pound', 'u-1');
    const [method] = (await api('GET', '/v1/users/u-1/phone-methods')).body.value;
    world.simulator.desk.script(method.phoneNumber.replaceAll(' ', ''), pressing('0', '#'));
    world.time.pause();
    const { body } = await api('POST', '/v1/verifications', { userId: 'u-1', purpose: 'signIn' });
    const read = async () => (await api('GET', `/v1/verifications/${body.id}`)).body;
    await vi.waitFor(async () => expect((await read()).state).toBe('ringing'), 10_000);
    const [tenantId, reason, createdAt] = [tenantOf('longer'), 'left', new Date()];
    await world.db.insertInto('userBlock').values({ tenantId, userId: 'u-1', reason, createdAt }).execute();
    world.time.resume();
    await world.settle();
    expect(await read()).toMatchObject({ outcome: 'fraudReported' });
    const block = await api('GET', '/v1/users/u-1/block');
    expect(block.body).toMatchObject({ reason: 'left', expiresAt: null });
  });

  test('is told to the webhook endpoint twice: as the outcome, and as fraud.reported', async () => {
    const { api, story } = await tenantWith('told', {});
    const receiver = await openReceiver();
    try {
      const { secret } = (await api('PUT', '/v1/webhook-endpoint', { url: receiver.url })).body;
      const { id, userId } = await story(pressing('0', '#'), 'u-1');
      for (let round = 0; round < 2; round += 1) await world.service.outbox.deliverDue();
      const told = receiver.received
        .map((message) => verified(secret, message, new Date(world.time.now())))
        .filter(({ data }) => data.verificationId === id);
      expect(told.map(({ type }) => type).toSorted()).toEqual(['fraud.reported', 'verification.finished']);
      for (const { data } of told) expect(data).toMatchObject({ userId, outcome: 'fraudReported' });
    } finally {
      await receiver.close();
    }
  });
});
