// App passwords that a backend makes itself, with an end and for some services; and what a reset password does to them.
import { expect, test } from 'vitest';
import { MOST_APP_PASSWORDS } from '../../src/domain/app-password-limit.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';

describeWorlds('app passwords on request', ({ world }) => {
  const of = (userId: string) => {
    const path = `/v1/users/${encodeURIComponent(userId)}/app-passwords`;
    return {
      make: (wanted: object = {}, key?: string) =>
        world.api(
          'POST',
          path,
          { name: 'Phone, mail', ...wanted },
          key === undefined ? {} : { 'idempotency-key': key },
        ),
      list: async () => (await world.api('GET', path)).body.value,
      reset: () => world.api('POST', `/v1/users/${userId}/password-was-reset`),
    };
  };
  const inDays = (days: number) => new Date(world.time.now() + days * 86_400_000).toISOString();
  const auditOf = (userId: string) =>
    world.db.selectFrom('auditEvent').select(['type', 'data']).where('userId', '=', userId).execute();

  test('are shown once, and listed without what they are', async () => {
    const wanted = { expiresAt: inDays(90), services: ['smtp', 'imap', 'imap'] };
    const { status, body } = await of('made').make(wanted);
    const kept = { name: 'Phone, mail', expiresAt: wanted.expiresAt, services: ['imap', 'smtp'] };
    expect({ status, body }).toMatchObject({ status: 201, body: kept });
    expect(body.appPassword).toMatch(/^([a-z]{4} ){3}[a-z]{4}$/);
    expect(await of('made').list()).toEqual([
      {
        ...kept,
        id: body.appPasswordId,
        verificationId: null,
        createdAt: expect.any(String),
        lastUsed: null,
      },
    ]);
    const rows = await world.db.selectFrom('appPassword').selectAll().where('userId', '=', 'made').execute();
    expect(JSON.stringify(rows)).not.toContain(body.appPassword.replaceAll(' ', ''));
    expect(await auditOf('made')).toEqual([
      { type: 'appPassword.created', data: { appPasswordId: body.appPasswordId } },
    ]);
  });

  test('are refused field by field', async () => {
    const wrong = await of('wrong').make({ name: ' ', expiresAt: 'tomorrow', services: ['IMAP'] });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(wrong.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      ...['/name', '/expiresAt', '/services/0'],
    ]);
    const late = await of('wrong').make({ expiresAt: inDays(-1) });
    expect(late).toMatchObject({ status: 400, body: { errors: [{ field: '/expiresAt' }] } });
    expect(await of('wrong').list()).toEqual([]);
  });

  test('never become forty-one, however many are made at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: MOST_APP_PASSWORDS + 5 }, () => of('many').make()),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(MOST_APP_PASSWORDS);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ body }) => body.code)).toEqual(Array(5).fill('appPassword.limitReached'));
    expect(await of('many').list()).toHaveLength(MOST_APP_PASSWORDS);
  });

  test('are made once with an idempotency key, and shown once, however often it is sent', async () => {
    const wanted = { services: ['smtp', 'imap'] };
    const answers = await Promise.all(Array.from({ length: 6 }, () => of('keyed').make(wanted, 'mail-1')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 201]);
    const [made, ...again] = answers.toSorted((a, b) => b.status - a.status);
    expect(made?.body.appPassword).toMatch(/^[a-z ]+$/);
    for (const { body } of again) expect(body).toEqual({ ...made?.body, appPassword: null });
    expect(await of('keyed').list()).toHaveLength(1);
    expect(await auditOf('keyed')).toHaveLength(1);
    const reused = { status: 422, body: { code: 'idempotencyKey.reused' } };
    expect(await of('keyed').make({ ...wanted, name: 'Other' }, 'mail-1')).toMatchObject(reused);
    expect(await of('another').make(wanted, 'mail-1')).toMatchObject(reused);
    await world.api('PUT', '/v1/users/keyed/block', { reason: 'left' });
    const later = await of('keyed').make(wanted, 'mail-1');
    expect(later).toMatchObject({ status: 200, body: { appPasswordId: made?.body.appPasswordId } });
    expect((await of('keyed').make(wanted, 'mail-2')).status).toBe(403);
    const { api } = await world.addTenant('with-the-same-key');
    const path = '/v1/users/keyed/app-passwords';
    const other = await api('POST', path, { name: 'Mail' }, { 'idempotency-key': 'mail-1' });
    expect(other.status).toBe(201);
  });

  test('are not made for a blocked user', async () => {
    await world.api('PUT', '/v1/users/barred/block', { reason: 'left' });
    expect(await of('barred').make()).toMatchObject({ status: 403, body: { code: 'user.blocked' } });
  });

  test('are all revoked when the password of the user was reset, and once only', async () => {
    await of('reset').make();
    await of('reset').make();
    expect(await of('reset').reset()).toMatchObject({ status: 200, body: { revoked: 2 } });
    expect(await of('reset').list()).toEqual([]);
    expect(await of('reset').reset()).toMatchObject({ status: 200, body: { revoked: 0 } });
    const resets = (await auditOf('reset')).filter(({ type }) => type === 'user.passwordWasReset');
    expect(resets.map(({ data }) => data)).toEqual([{ appPasswordsRevoked: 2 }, { appPasswordsRevoked: 0 }]);
  });

  test('live as long as the policy says, also those that a verification earns', async () => {
    await setPolicy(world, { appPassword: { expiresAfterDays: 30 } });
    expect((await of('short').make()).body.expiresAt).toBe(inDays(30));
    expect((await of('short').make({ expiresAt: inDays(3) })).body.expiresAt).toBe(inDays(3));
    const long = await of('short').make({ expiresAt: inDays(31) });
    expect(long).toMatchObject({ status: 400, body: { errors: [{ field: '/expiresAt' }] } });
    const { userId } = await world.story('press-pound');
    const [earned] = await of(userId).list();
    expect(Date.parse(earned.expiresAt) - Date.parse(earned.createdAt)).toBe(30 * 86_400_000);
  });

  test('are made no more when the policy says so, and can still be listed and revoked', async () => {
    await setPolicy(world, { appPassword: { onRequest: true } });
    const { body } = await of('late').make();
    await setPolicy(world, { appPassword: { onRequest: false } });
    expect(await of('late').make()).toMatchObject({
      status: 403,
      body: { code: 'policy.appPasswordsRefused' },
    });
    expect(await of('late').list()).toMatchObject([{ id: body.appPasswordId }]);
    const path = `/v1/users/late/app-passwords/${body.appPasswordId}`;
    expect(await world.api('DELETE', path)).toMatchObject({ status: 200 });
  });
});
