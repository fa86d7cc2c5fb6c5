// A mail client signs in through nginx: what nginx asks for it over HTTP/1.0, and what it is answered, byte by byte.
import { beforeAll, expect, test } from 'vitest';
import {
  appServersOf,
  BACKEND_PASSWORD,
  basic,
  makeAppPassword,
  nginxRequest,
  OLDER_APPS,
  sendRaw,
} from '../support/older-apps.ts';
import { describeWorlds } from '../support/open-worlds.ts';

type Servers = Awaited<ReturnType<typeof appServersOf>>;

describeWorlds('a mail client', { config: { olderApps: OLDER_APPS } }, ({ world }) => {
  let nginx: Servers;
  let password: string;
  beforeAll(async () => {
    nginx = await appServersOf(world);
    await world.service.tenantDomains.add('contoso', 'contoso.com');
    ({ password } = await makeAppPassword(world, 'åsa'));
  });
  const statusOf = async (...question: Parameters<Servers['askMail']>) =>
    (await nginx.askMail(...question)).headers['auth-status'];

  test('with the right app password is handed on, under the name of its mailbox and with another password', async () => {
    const answer = await nginx.askMail('ÅSA@contoso.com', password);
    expect({ ...answer, headers: { ...answer.headers, date: '' } }).toEqual({
      status: 200,
      bytes: expect.any(Number),
      headers: {
        'auth-status': 'OK',
        'auth-server': '127.0.0.1',
        'auth-port': '10143',
        'auth-user': Buffer.from('åsa@contoso.com').toString('latin1'),
        'auth-pass': BACKEND_PASSWORD,
        connection: 'close',
        date: '',
      },
    });
    expect((await nginx.askMail('åsa', password, { protocol: 'smtp' })).headers['auth-port']).toBe('10587');
    expect(await statusOf('åsa', password, { protocol: 'pop3' })).toMatch(/^\[SYS\/TEMP\] /);
  });

  test('may type the user name in ten ways, and gets one mailbox; what was typed is never handed on', async () => {
    await world.service.tenantDomains.add('contoso', 'CONTOSO');
    const forms = [
      ...['åsa', 'Åsa', 'ÅSA', ' åsa ', 'åsa@contoso.com', 'Åsa@Contoso.COM', 'CONTOSO\\åsa', 'contoso\\ÅSA'],
      ...['åsa'.normalize('NFD'), 'åsa@contoso'],
    ];
    const mailbox = Buffer.from('åsa@contoso.com').toString('latin1');
    for (const form of forms)
      expect((await nginx.askMail(form, password)).headers, form).toMatchObject({
        'auth-status': 'OK',
        'auth-user': mailbox,
      });
    for (const form of ['åsa@fabrikam.com', 'asa', 'åsa*admin', 'åsa\u0000']) {
      const { headers } = await nginx.askMail(form, password);
      expect(headers, form).not.toHaveProperty('auth-user');
      expect(headers['auth-status'], form).toMatch(/Wrong user name or app password$/);
    }
  });

  test('of two tenants with one user name belongs to the one of its domain; without a domain it is refused', async () => {
    const fabrikam = await world.addTenant('fabrikam');
    await world.service.tenantDomains.add('fabrikam', 'fabrikam.com');
    const shared = await appServersOf(world, null);
    const theirs = await makeAppPassword(world, 'åsa', {}, fabrikam.api);
    const mailboxOf = async (name: string, typed: string) =>
      (await shared.askMail(name, typed)).headers['auth-user'];
    const bytes = (text: string) => Buffer.from(text).toString('latin1');
    expect(await mailboxOf('åsa@contoso.com', password)).toBe(bytes('åsa@contoso.com'));
    expect(await mailboxOf('åsa@fabrikam.com', theirs.password)).toBe(bytes('åsa@fabrikam.com'));
    for (const [name, typed] of [
      ...[['åsa', password] as const, ['åsa', theirs.password] as const],
      ...[['åsa@contoso.com', theirs.password] as const, ['åsa@fabrikam.com', password] as const],
    ])
      expect(await mailboxOf(name, typed), name).toBeUndefined();
  });

  test('opens what the app password is for, by the protocol that nginx speaks, and nothing else', async () => {
    const services = ['imap', 'pop3', 'smtp', 'http', 'caldav'];
    const { secret } = await world.service.appServers.create({
      ...{ name: 'calendar', tenantId: 'contoso', service: 'caldav' },
    });
    const made: Record<string, string> = {};
    for (const service of services)
      made[service] = (await makeAppPassword(world, 'bound', { services: [service] })).password;
    const isLetIn: Record<string, (typed: string) => Promise<boolean>> = {
      ...Object.fromEntries(
        ['imap', 'pop3', 'smtp'].map((protocol) => [
          protocol,
          // POP3 has no backend here: it is let in, and then told so.
          async (typed: string) => !/Wrong/.test((await statusOf('bound', typed, { protocol })) ?? ''),
        ]),
      ),
      http: async (typed) => (await nginx.askBasic(basic('bound', typed))).status === 204,
      caldav: async (typed) =>
        (await nginx.askBasic(basic('bound', typed), undefined, secret)).status === 204,
    };
    for (const service of services)
      for (const [asked, ask] of Object.entries(isLetIn))
        expect(await ask(made[service] ?? ''), `${service} at ${asked}`).toBe(service === asked);
  });

  test('is told apart: wrong, and how to sign in', async () => {
    expect(await nginx.askMail('åsa', 'wrong')).toMatchObject({
      status: 200,
      headers: { 'auth-status': '[AUTHENTICATIONFAILED] Wrong user name or app password', 'auth-wait': '2' },
    });
    expect((await nginx.askMail('åsa', 'wrong', { protocol: 'smtp' })).headers).toMatchObject({
      'auth-status': 'Wrong user name or app password',
      'auth-error-code': '535 5.7.8',
    });
    expect(await statusOf('åsa', 'wrong', { protocol: 'pop3' })).toMatch(/^\[AUTH\] Wrong/);
    for (const method of ['cram-md5', 'apop', 'external', 'none', ''])
      expect(await statusOf('åsa', password, { method }), method).toMatch(/^\[AUTHENTICATIONFAILED\] Use/);
    expect(await statusOf('åsa', password, { protocol: 'sieve' })).toMatch(/^Use/);
  });

  test('waits after each of five tries, and is cut off with the sixth', async () => {
    const waits = [];
    for (let attempt = 1; attempt <= 7; attempt += 1)
      waits.push((await nginx.askMail('åsa', 'wrong', { attempt })).headers['auth-wait']);
    expect(waits).toEqual(['2', '2', '2', '2', '2', undefined, undefined]);
  });

  test('must use TLS, unless it is on the mail server itself', async () => {
    expect(await statusOf('åsa', password, { ssl: false })).toMatch(/^\[PRIVACYREQUIRED\] /);
    const smtp = await nginx.askMail('åsa', password, { ssl: false, protocol: 'smtp' });
    expect(smtp.headers['auth-error-code']).toBe('538 5.7.11');
    expect(await statusOf('åsa', password, { ssl: false, address: '127.0.0.1' })).toBe('OK');
  });

  test('may have spaces, percent signs and other letters in what it types', async () => {
    expect(await statusOf('åsa'.normalize('NFD'), password)).toBe('OK');
    const odd = await makeAppPassword(world, '100%25');
    expect(await statusOf('100%25', odd.password.toUpperCase())).toBe('OK');
    expect(await statusOf('100%', odd.password)).toMatch(/Wrong/);
    const raw: [string, string][] = [
      ...([
        ['X-Poundkey-Secret', nginx.mail.secret],
        ['Auth-Method', 'plain'],
        ['Auth-SSL', 'on'],
      ] as [string, string][]),
      ...([
        ['Auth-Protocol', 'imap'],
        ['Client-IP', '198.51.100.7'],
        ['Auth-Pass', password],
      ] as [string, string][]),
    ];
    const latin1 = await sendRaw(
      world.service.olderAppsUrl ?? '',
      nginxRequest('/mail', [
        ...raw.slice(0, -1),
        ['Auth-Pass', password.replaceAll(' ', '%20')],
        ['Auth-User', '\u00e5sa'],
      ]),
    );
    expect(latin1.headers['auth-status']).toBe('OK');
  });

  test('cannot smuggle a second user in, and is believed nothing about its name', async () => {
    const user = [['Auth-User', 'somebody']] as const;
    expect((await nginx.askMail('åsa', password, { more: user })).status).toBe(400);
    const host = [
      ['Client-Host', 'localhost'],
      ['Auth-Status', 'OK'],
    ] as const;
    expect(await statusOf('åsa', 'wrong', { more: host })).toMatch(/Wrong/);
    for (const name of ['åsa*master', 'åsa\u007f', ''])
      expect(await statusOf(name, password), name).toMatch(/Wrong/);
  });

  test('is answered in less than 512 bytes, whatever it asks', async () => {
    const long = 'x'.repeat(128);
    const made = await makeAppPassword(world, long);
    const answers = await Promise.all([
      nginx.askMail(long, made.password),
      nginx.askMail(long, 'wrong', { protocol: 'smtp' }),
      nginx.askMail(long, made.password, { ssl: false }),
      nginx.askMail(long, made.password, { method: 'apop' }),
      nginx.askMail(long, made.password, { protocol: 'pop3' }),
    ]);
    expect(answers[0]?.headers['auth-status']).toBe('OK');
    for (const { bytes } of answers) expect(bytes).toBeLessThan(512);
    for (const { headers } of answers)
      for (const name of Object.keys(headers)) expect(name).toMatch(/^(auth-\w+(-code)?|date|connection)$/);
  });

  test('is not served to who does not know the secret, nor to a web server', async () => {
    for (const secret of ['', 'as_wrong', nginx.web.secret, world.key]) {
      const refused = await sendRaw(
        world.service.olderAppsUrl ?? '',
        nginxRequest('/mail', [
          ['X-Poundkey-Secret', secret],
          ['Auth-Method', 'plain'],
        ]),
      );
      expect(refused).toMatchObject({ status: 403 });
      expect(refused.headers['auth-status']).toBeUndefined();
    }
    await world.service.appServers.revoke(nginx.mail.id);
    expect((await nginx.askMail('åsa', password)).status).toBe(403);
    nginx = await appServersOf(world);
    expect((await nginx.askMail('åsa', password)).status).toBe(200);
  });
});
