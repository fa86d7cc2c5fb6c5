// Wrong app passwords: guessing gets slow, and nobody is locked out by a device with an old one.
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { appServersOf, basic, makeAppPassword, OLDER_APPS } from '../support/older-apps.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { openReceiver } from '../support/webhook-receiver.ts';

type Servers = Awaited<ReturnType<typeof appServersOf>>;

const OPTIONS = {
  config: { olderApps: OLDER_APPS, webhooks: { allowPrivate: true, timeLimitMs: 1_000 } },
};

describeWorlds('wrong app passwords', OPTIONS, ({ world }) => {
  let nginx: Servers;
  beforeAll(async () => {
    nginx = await appServersOf(world);
  });
  const ask = async (name: string, password: string, address: string) =>
    (await nginx.askBasic(basic(name, password), address)).status;
  const guess = async (name: string, address: (index: number) => string, count: number, from = 0) => {
    const statuses = [];
    for (let index = from; index < from + count; index += 1)
      statuses.push(await ask(name, `guess ${index}`, address(index)));
    return statuses;
  };
  /** Thirty guesses at each of so many users. */
  const guessAs = (users: number, nameOf: (user: number) => string, address: string) =>
    Promise.all(
      Array.from({ length: users }, (_, user) => guess(nameOf(user), () => address, 30, user * 1_000)),
    );

  test('count once each: an old device goes on for a day, and its owner is let in beside it', async () => {
    const { password } = await makeAppPassword(world, 'owner');
    const counted = () =>
      world.db
        .selectFrom('rateCount')
        .select('count')
        .where('key', 'like', 'wrongAppPassword %')
        .where('count', '>', 1)
        .execute();
    for (let tries = 0; tries < 150; tries += 1) {
      expect(await ask('owner', 'old one', '192.0.2.1')).toBe(401);
      if (tries % 10 === 0) expect(await ask('owner', password, '192.0.2.1')).toBe(204);
      // More than a day in all, after which it counts anew, but once again.
      await world.time.advance(10 * 60_000);
    }
    expect(await counted()).toEqual([]);
  });

  test('do not count when they were right once', async () => {
    const made = await makeAppPassword(world, 'revoked');
    await world.api('DELETE', `/v1/users/revoked/app-passwords/${made.id}`);
    const before = await world.db.selectFrom('wrongAppPassword').select('scope').execute();
    expect(await ask('revoked', made.password, '192.0.2.2')).toBe(401);
    expect(await world.db.selectFrom('wrongAppPassword').select('scope').execute()).toHaveLength(
      before.length,
    );
  });

  test('of a user, fifty different in a day: further ones are limited, the right one is not, and it is written down and told', async () => {
    const receiver = await openReceiver();
    onTestFinished(receiver.close);
    await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
    const { password } = await makeAppPassword(world, 'aim');
    const from = (index: number) => `192.0.3.${index}`;
    // Another case is no other user.
    expect(new Set([...(await guess('aim', from, 49)), ...(await guess('AIM', from, 1, 49))])).toEqual(
      new Set([401]),
    );
    expect(await guess('aim', from, 3, 100)).toEqual([403, 403, 403]);
    expect(await ask('AIM', password, '192.0.3.200')).toBe(204);
    expect(await guess('nobody', from, 52).then((all) => all.slice(-3))).toEqual([401, 403, 403]);
    const told = world.db
      .selectFrom('auditEvent')
      .select(['userId', 'data'])
      .where('type', '=', 'appPassword.guessed');
    expect(await told.execute()).toEqual([{ userId: 'aim', data: { wrongAppPasswords: 50 } }]);
    await world.service.outbox.deliverDue();
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'appPassword.guessed', data: { userId: 'aim', wrongAppPasswords: 50 } },
    ]);
    await world.time.advance(24 * 3_600_000 + 1);
    expect(await ask('aim', 'guess 100', '192.0.3.1')).toBe(401);
    await world.service.journey.sweep();
    const left = await world.db.selectFrom('wrongAppPassword').select('scope').execute();
    expect(left.length).toBeLessThanOrEqual(2);
  });

  test('of an address, three hundred different: further ones are limited, a right one is not, wherever it was used before', async () => {
    const { password } = await makeAppPassword(world, 'fresh');
    await guessAs(10, (user) => `user-${user}`, '192.0.4.1');
    expect(await ask('other', 'one more', '::ffff:192.0.4.1')).toBe(403);
    expect(await ask('other', 'one more', '192.0.4.2')).toBe(401);
    expect(await ask('fresh', password, '192.0.4.1')).toBe(204);
    // The PROXY protocol of a balancer ends in nginx, which names the address in Client-IP.
    const byMail = async (typed: string, address: string) =>
      (await nginx.askMail('fresh', typed, { address })).headers;
    expect(await byMail('another', '192.0.4.1')).toMatchObject({
      'auth-status': '[UNAVAILABLE] Too many wrong app passwords, try again later',
      'auth-wait': '2',
    });
    expect((await byMail(password, '192.0.4.1'))['auth-status']).toBe('OK');
    expect((await byMail('another', '192.0.4.3'))['auth-status']).toMatch(/Wrong/);
  });

  test('beyond the limit wait a second for their answer; a right one does not', async () => {
    const { password } = await makeAppPassword(world, 'patience');
    await guessAs(2, () => 'patience', '192.0.5.1');
    world.time.pause();
    const asked = world.time.now();
    const order: number[] = [];
    const guessed = ask('patience', 'one more', '192.0.5.2').then((status) => order.push(status));
    order.push(await ask('patience', password, '192.0.5.2'));
    world.time.resume();
    await guessed;
    expect(order).toEqual([204, 403]);
    expect(world.time.now() - asked).toBeGreaterThanOrEqual(1_000);
  });

  test('behind a proxy that hides its clients, or on this machine, are of no address', async () => {
    const { password } = await makeAppPassword(world, 'behind');
    for (const address of ['10.9.1.1', '127.0.0.1']) {
      await guessAs(11, (user) => `${address}-${user}`, address);
      expect(await ask('behind', password, address)).toBe(204);
    }
    const said = world.log.filter((line) => line.includes('does not say where its clients are'));
    expect(said.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', appServerId: nginx.web.id, address: '10.9.1.1' },
    ]);
  });
});
