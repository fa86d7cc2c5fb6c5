// An older app signs in over HTTP Basic: what nginx asks for it, and what it is answered, byte by byte.
import { beforeAll, describe, expect, test } from 'vitest';
import { appServersOf, basic, makeAppPassword, OLDER_APPS, typedForms } from '../support/older-apps.ts';
import { describeWorlds } from '../support/open-worlds.ts';

type Servers = Awaited<ReturnType<typeof appServersOf>>;

describeWorlds('an older app over HTTP', { config: { olderApps: OLDER_APPS } }, ({ world }) => {
  let nginx: Servers;
  beforeAll(async () => {
    nginx = await appServersOf(world);
    await world.service.tenantDomains.add('contoso', 'contoso.com');
    await world.service.tenantDomains.add('contoso', 'CONTOSO');
  });
  const rowOf = (id: string) =>
    world.db.selectFrom('appPassword').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const auditOf = (type: string, userId: string) =>
    world.db
      .selectFrom('auditEvent')
      .select('data')
      .where('type', '=', type)
      .where('userId', '=', userId)
      .execute();
  const later = (ms: number) => world.time.advance(ms);

  test('signs in with the app password that a call earned, until the second it is revoked', async () => {
    const { id, userId } = await world.story('press-pound');
    const { body } = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    const ask = () => nginx.askBasic(basic(userId, body.appPassword));
    expect(await ask()).toMatchObject({
      status: 204,
      headers: { 'x-poundkey-user': `${userId}@contoso.com` },
    });
    await world.api('DELETE', `/v1/users/${userId}/app-passwords/${body.appPasswordId}`);
    expect((await ask()).status).toBe(401);
  });

  test('is answered with three statuses and a bare head', async () => {
    const { password } = await makeAppPassword(world, 'bare');
    const right = await nginx.askBasic(basic('bare', password));
    expect(Object.keys(right.headers).toSorted()).toEqual(
      ['cache-control', 'connection', 'date', 'x-poundkey-tenant', 'x-poundkey-user'].toSorted(),
    );
    expect(right.headers['cache-control']).toBe('no-store');
    for (const header of [null, basic('bare', 'wrong'), 'Bearer x', 'Basic !!', 'Basic bm9jb2xvbg=='])
      expect(await nginx.askBasic(header), String(header)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="app password", charset="UTF-8"' },
      });
    expect((await nginx.askBasic(basic('bare', password), undefined, 'as_wrong')).status).toBe(403);
    expect((await nginx.askBasic(basic('bare', password), undefined, nginx.mail.secret)).status).toBe(403);
  });

  test('asks a thousand times without credentials, and nothing is counted', async () => {
    const count = () => world.db.selectFrom('wrongAppPassword').select('scope').execute();
    const before = (await count()).length;
    for (let tries = 0; tries < 20; tries += 1)
      await Promise.all(Array.from({ length: 50 }, () => nginx.askBasic(null)));
    expect(await count()).toHaveLength(before);
    const { password } = await makeAppPassword(world, 'patient');
    expect((await nginx.askBasic(basic('patient', password))).status).toBe(204);
  });

  test('may type the app password in twelve ways', async () => {
    const { password } = await makeAppPassword(world, 'typist');
    for (const form of typedForms(password))
      expect((await nginx.askBasic(basic('typist', form))).status, form).toBe(204);
  });

  test('may type the user name in ten ways, and all mean one mailbox', async () => {
    const { password } = await makeAppPassword(world, 'åsa');
    const forms = [
      ...['åsa', 'Åsa', 'ÅSA', ' åsa ', 'åsa@contoso.com', 'Åsa@Contoso.COM', 'CONTOSO\\åsa', 'contoso\\ÅSA'],
      ...['åsa'.normalize('NFD'), 'åsa@contoso'],
    ];
    for (const form of forms)
      expect(await nginx.askBasic(basic(form, password)), form).toMatchObject({
        status: 204,
        headers: { 'x-poundkey-user': Buffer.from('åsa@contoso.com').toString('latin1') },
      });
    expect((await nginx.askBasic(basic('åsa', password, 'latin1'))).status).toBe(204);
    for (const form of ['åsa@fabrikam.com', 'asa', 'åsa*admin', 'åsa\u0000', ''])
      expect((await nginx.askBasic(basic(form, password))).status, form).toBe(401);
    expect((await nginx.askBasic(basic('åsa', ''))).status).toBe(401);
  });

  test('is refused while the user is blocked, and after the end of the app password', async () => {
    const expiresAt = new Date(world.time.now() + 3_600_000).toISOString();
    const { password } = await makeAppPassword(world, 'ends', { expiresAt });
    const ask = async () => (await nginx.askBasic(basic('ends', password))).status;
    expect(await ask()).toBe(204);
    await world.api('PUT', '/v1/users/ends/block', { reason: 'lost phone' });
    expect(await ask()).toBe(401);
    await world.api('DELETE', '/v1/users/ends/block');
    expect(await ask()).toBe(204);
    await later(3_600_001);
    expect(await ask()).toBe(401);
  });

  test('opens only the services that it was made for; another looks like a wrong password, and is written down once', async () => {
    const { id, password } = await makeAppPassword(world, 'bound', { services: ['imap', 'caldav'] });
    const wrong = await nginx.askBasic(basic('bound', 'wrong'));
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = await nginx.askBasic(basic('bound', password));
      expect({ ...refused, headers: { ...refused.headers, date: '' } }).toEqual({
        ...wrong,
        headers: { ...wrong.headers, date: '' },
      });
    }
    expect(await auditOf('appPassword.wrongService', 'bound')).toEqual([
      { data: { appPasswordId: id, service: 'http' } },
    ]);
    const { secret } = await world.service.appServers.create({
      name: 'c',
      tenantId: 'contoso',
      service: 'caldav',
    });
    expect((await nginx.askBasic(basic('bound', password), undefined, secret)).status).toBe(204);
    expect(await nginx.askMail('bound', password)).toMatchObject({ headers: { 'auth-status': 'OK' } });
  });

  test('is found in the list with when and where it was used, by one write in five minutes', async () => {
    const { id, password } = await makeAppPassword(world, 'used');
    const ask = () => nginx.askBasic(basic('used', password), '203.0.113.9');
    await Promise.all(Array.from({ length: 30 }, ask));
    const first = new Date(world.time.now());
    await world.service.appPasswordCheck.flushUses();
    expect((await world.api('GET', '/v1/users/used/app-passwords')).body.value).toMatchObject([
      { id, lastUsed: { at: first.toISOString(), service: 'http', network: '203.0.113.0/24' } },
    ]);
    await later(299_000);
    await ask();
    await world.service.appPasswordCheck.flushUses();
    expect((await rowOf(id)).lastUsedAt).toEqual(first);
    await later(2_000);
    await ask();
    await world.service.appPasswordCheck.flushUses();
    expect((await rowOf(id)).lastUsedAt).toEqual(new Date(world.time.now()));
  });

  test('leaves a line about each wrong one, never with what was typed', async () => {
    const { password } = await makeAppPassword(world, 'logged');
    const typed = ['secret of a person', 'who typed it as a name'];
    await nginx.askBasic(basic('logged', typed[0] ?? ''), '203.0.113.77');
    await nginx.askBasic(basic(typed[1] ?? '', password), '203.0.113.77');
    const lines = world.log.filter((line) => line.includes('203.0.113.77'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'appPassword.refused', way: 'basic', result: 'wrong', tenantId: 'contoso' },
      { event: 'appPassword.refused', way: 'basic', result: 'wrong', tenantId: 'contoso' },
    ]);
    const all = world.log.join('\n');
    for (const text of [...typed, password, password.replaceAll(' ', '')]) expect(all).not.toContain(text);
  });

  describe('of two tenants on one server', () => {
    test('belongs to the tenant of its domain; without one it is refused', async () => {
      const fabrikam = await world.addTenant('fabrikam');
      await world.service.tenantDomains.add('fabrikam', 'fabrikam.com');
      const shared = await appServersOf(world, null);
      const ours = await makeAppPassword(world, 'same');
      const theirs = await makeAppPassword(world, 'same', {}, fabrikam.api);
      const ask = async (name: string, password: string) => {
        const { status, headers } = await shared.askBasic(basic(name, password));
        return headers['x-poundkey-user'] ?? status;
      };
      expect(await ask('same@contoso.com', ours.password)).toBe('same@contoso.com');
      expect(await ask('same@fabrikam.com', theirs.password)).toBe('same@fabrikam.com');
      expect(await ask('same@contoso.com', theirs.password)).toBe(401);
      expect(await ask('same', ours.password)).toBe(401);
      expect((await nginx.askBasic(basic('same@fabrikam.com', theirs.password))).status).toBe(401);
      expect((await nginx.askBasic(basic('same', theirs.password))).status).toBe(401);
    });

    test('never opens a mailbox of the other one, whatever ids its backend gives to users', async () => {
      const greedy = await world.addTenant('greedy');
      for (const domain of ['greedy.example', 'GREEDY'])
        await world.service.tenantDomains.add('greedy', domain);
      await world.service.tenantDomains.add('contoso', 'åsa.example');
      const servers = [await appServersOf(world, null), await appServersOf(world, 'greedy')];
      const ids = ['same@contoso.com', 'same@CONTOSO.com.', 'same@contoso', 'same@åsa.example'];
      const mailboxes = async (id: string) => {
        const { password } = await makeAppPassword(world, id, {}, greedy.api);
        const names = [id, `${id}@greedy.example`, `GREEDY\\${id}`, `${id}@greedy`];
        const answers = servers.map((server) =>
          Promise.all(names.map((name) => server.askBasic(basic(name, password)))),
        );
        return (await Promise.all(answers)).map((of) =>
          of.map(({ status, headers }) => headers['x-poundkey-user'] ?? status),
        );
      };
      for (const id of ids) expect(await mailboxes(id), id).toEqual([Array(4).fill(401), Array(4).fill(401)]);
      // Nobody's domain: on the tenant's own server alone. A mailbox has no second domain in front of it.
      const known = (mailbox: string) => [mailbox, mailbox, 401, mailbox];
      const elsewhere = 'own@elsewhere.example';
      expect(await mailboxes(elsewhere)).toEqual([Array(4).fill(401), known(elsewhere)]);
      const own = 'anna@greedy.example';
      expect(await mailboxes(own)).toEqual([known(own), known(own)]);
    });
  });
});
