// A user's app passwords: seen, revoked one by one and all at once, and never more than forty.
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { MOST_APP_PASSWORDS } from '../../src/domain/app-password-limit.ts';
import { giveAppPasswords } from '../support/give-app-passwords.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';

describeWorlds('app passwords', ({ world }) => {
  afterEach(() => world.time.resume());
  const of = (userId: string) => {
    const path = `/v1/users/${userId}/app-passwords`;
    return {
      list: async () => (await world.api('GET', path)).body.value as { id: string; verificationId: string }[],
      revoke: (id: string) => world.api('DELETE', `${path}/${id}`),
      revokeAll: () => world.api('DELETE', path),
    };
  };
  const give = (userId: string, count: number) => giveAppPasswords(world, userId, count);

  test('are listed with the verification that earned them, and with nothing that opens anything', async () => {
    const { id, userId } = await world.story('press-pound');
    expect(await of(userId).list()).toEqual([
      {
        ...{
          id: expect.any(String),
          name: 'Office phone',
          verificationId: id,
          createdAt: expect.any(String),
        },
        ...{ expiresAt: null, services: [], lastUsed: null },
      },
    ]);
    expect(await of('nobody').list()).toEqual([]);
  });

  test('are revoked one by one: once, for good, and written down', async () => {
    const { id, userId } = await world.story('press-pound');
    const [password] = await of(userId).list();
    const { api: stranger } = await world.addTenant(`stranger-${randomUUID().slice(0, 8)}`);
    const path = `/v1/users/${userId}/app-passwords/${password?.id}`;
    expect(await stranger('DELETE', path)).toMatchObject({
      status: 404,
      body: { code: 'appPassword.unknown' },
    });
    expect(await of(userId).revoke(password?.id ?? '')).toMatchObject({ status: 200, body: { revoked: 1 } });
    expect(await of(userId).revoke(password?.id ?? '')).toMatchObject({ status: 404 });
    expect(await of(userId).list()).toEqual([]);
    expect(await world.api('POST', `/v1/verifications/${id}/reveal-app-password`)).toMatchObject({
      status: 410,
    });
    const audit = world.db.selectFrom('auditEvent').select('data').where('type', '=', 'appPassword.revoked');
    expect(await audit.where('userId', '=', userId).execute()).toEqual([
      { data: { appPasswordId: password?.id } },
    ]);
  });

  test('of a user with forty: revoking all makes room for a new one', async () => {
    await give('forty', MOST_APP_PASSWORDS);
    const ask = () => world.api('POST', '/v1/verifications', { userId: 'forty', number: world.newNumber() });
    expect(await ask()).toMatchObject({ status: 409, body: { code: 'appPassword.limitReached' } });
    expect(await of('forty').revokeAll()).toMatchObject({
      status: 200,
      body: { revoked: MOST_APP_PASSWORDS },
    });
    expect((await ask()).status).toBe(201);
    await world.settle();
  });

  test('never become forty-one, however many registrations end at once', async () => {
    await give('full', MOST_APP_PASSWORDS - 2);
    world.time.pause();
    const asked = [];
    for (let count = 0; count < 5; count += 1)
      asked.push((await world.request('press-pound', { userId: 'full' })).id as string);
    for (const id of asked)
      await vi.waitFor(async () => expect((await world.read(id)).state).toBe('ringing'), SOON);
    world.time.resume();
    await world.settle();
    const ended = await Promise.all(asked.map((id) => world.read(id)));
    expect(ended.map(({ outcome }) => outcome).toSorted()).toEqual([
      ...['approved', 'approved', 'blocked', 'blocked', 'blocked'],
    ]);
    const refused = ended.filter(({ outcome }) => outcome === 'blocked');
    expect(refused.map(({ errorCode }) => errorCode)).toEqual(Array(3).fill('appPasswordLimit'));
    expect(await of('full').list()).toHaveLength(MOST_APP_PASSWORDS);
  });
});
