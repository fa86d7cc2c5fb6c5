// The real thing: nginx with its mail module in front of Dovecot, with the sample configurations, and curl as the app.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findMailServers } from '../support/mail-programs.ts';
import { type MailServers, mailPorts, startMailServers } from '../support/mail-servers.ts';
import { openSession } from '../support/mail-session.ts';
import {
  appServersOf,
  BACKEND_PASSWORD,
  basic,
  makeAppPassword,
  OLDER_APPS,
  typedForms,
} from '../support/older-apps.ts';
import { HAS_POSTGRES, type OwnStores, startOwnStores } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { openWorld, type World } from '../support/world.ts';

/** curl: the server denied the sign-in. */
const DENIED = 67;

describe.runIf(findMailServers() !== null && HAS_POSTGRES)('behind nginx and Dovecot', () => {
  let stores: OwnStores;
  let world: World;
  let servers: MailServers;
  let nginx: Awaited<ReturnType<typeof appServersOf>>;
  let mailbox: string;
  let password: string;
  let appPasswordId: string;

  beforeAll(async () => {
    const ports = await mailPorts();
    const at = {
      imap: { host: '127.0.0.1', port: ports.dovecotImap },
      pop3: { host: '127.0.0.1', port: ports.dovecotPop3 },
      smtp: { host: '127.0.0.1', port: ports.dovecotSubmission },
    };
    stores = await startOwnStores(false);
    world = await openWorld(stores, {
      config: { olderApps: { ...OLDER_APPS, mail: { at, password: BACKEND_PASSWORD } } },
    });
    await world.service.tenantDomains.add('contoso', 'contoso.com');
    nginx = await appServersOf(world);
    const secrets = { mail: nginx.mail.secret, web: nginx.web.secret, backend: BACKEND_PASSWORD };
    const poundkey = new URL(world.service.olderAppsUrl ?? '').host;
    servers = await startMailServers({ ports, poundkey, secrets });
    const { id, userId } = await world.story('press-pound');
    const { body } = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    ({ appPassword: password, appPasswordId } = body);
    mailbox = `${userId}@contoso.com`;
  }, 120_000);
  afterAll(async () => {
    await servers?.stop();
    await world?.close();
    await stores?.drop();
  });

  const imap = (user: string, typed: string, ...more: string[]) =>
    servers.curl(`imaps://localhost:${servers.ports.imaps}/`, '--user', `${user}:${typed}`, ...more);
  const pop3 = (user: string, typed: string, ...more: string[]) =>
    servers.curl(`pop3s://localhost:${servers.ports.pop3s}/`, '--user', `${user}:${typed}`, ...more);
  const send = (user: string, typed: string, url = `smtps://localhost:${servers.ports.smtps}`) =>
    servers.curl(
      ...[url, '--user', `${user}:${typed}`, '--ssl-reqd', '--mail-from', 'anna@contoso.com'],
      ...['--mail-rcpt', 'bo@contoso.com', '--upload-file', `${import.meta.dirname}/../../README.md`],
    );
  const web = (...more: string[]) =>
    servers.curl(`https://localhost:${servers.ports.https}/file`, '--write-out', ' %{http_code}', ...more);
  const openTls = (port: number, localAddress?: string) =>
    openSession({ port, authority: readFileSync(servers.authority), ...(localAddress && { localAddress }) });
  const revoke = () =>
    world.api('DELETE', `/v1/users/${mailbox.split('@')[0]}/app-passwords/${appPasswordId}`);

  test('the app password of a voice verification opens the mailbox, in every form and by both methods', async () => {
    const bare = password.replaceAll(' ', '');
    for (const typed of [password, bare, bare.toUpperCase(), password.replaceAll(' ', '-')])
      for (const method of ['PLAIN', 'LOGIN'])
        expect(
          await imap(mailbox, typed, '--login-options', `AUTH=${method}`),
          `${typed} ${method}`,
        ).toMatchObject({
          code: 0,
          out: expect.stringContaining('INBOX'),
        });
    const [local = ''] = mailbox.split('@');
    expect((await imap(local.toUpperCase(), bare)).code).toBe(0);
  }, 120_000);

  describe('typed in twelve ways', () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    /** Says line after line, each once the answer to the one before has come; resolves to the last answer. */
    async function dialogue(port: number, lines: readonly string[]): Promise<string> {
      const session = await openTls(port);
      await session.until(/^(\* OK|\+OK|220 )/m);
      for (const line of lines.slice(0, -1)) {
        session.say(line);
        await session.until(/^(\+|250 |334 )/m);
      }
      session.say(lines.at(-1) ?? '');
      const answer = await session.until(/^(a1 |\+OK|-ERR|\d{3} ).*$/m);
      session.close();
      return answer;
    }
    const METHODS: Record<string, (user: string, typed: string) => Promise<string>> = {
      'IMAP LOGIN': (user, typed) => dialogue(servers.ports.imaps, [`a1 LOGIN "${user}" "${typed}"`]),
      'IMAP AUTHENTICATE PLAIN': (user, typed) =>
        dialogue(servers.ports.imaps, ['a1 AUTHENTICATE PLAIN', base64(`\0${user}\0${typed}`)]),
      'SMTP LOGIN': (user, typed) =>
        dialogue(servers.ports.smtps, ['EHLO app', 'AUTH LOGIN', base64(user), base64(typed)]),
      'POP3 PASS': (user, typed) => dialogue(servers.ports.pop3s, [`USER ${user}`, `PASS ${typed}`]),
      Basic: async (user, typed) => (await web('--user', `${user}:${typed}`)).out,
    };

    test.each(Object.keys(METHODS))(
      'over %s',
      async (method) => {
        for (const user of ['åsa', '100%25', "o'neil+mail"]) {
          const made = await makeAppPassword(world, user);
          for (const typed of typedForms(made.password))
            expect(await METHODS[method]?.(user, typed), `${user} ${JSON.stringify(typed)}`).toMatch(
              /^(a1 OK|\+OK|235 )| 200$/m,
            );
        }
      },
      120_000,
    );
  });

  test('a session that guesses waits after each try, and is ended with the sixth', async () => {
    const session = await openTls(servers.ports.imaps);
    await session.until(/^\* OK/m);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect(session.isClosed()).toBe(false);
      session.say(`a${attempt} LOGIN ${mailbox} guess-${attempt}`);
      expect(await session.until(new RegExp(`^a${attempt} .*$`, 'm'))).toContain('[AUTHENTICATIONFAILED]');
    }
    await vi.waitFor(() => expect(session.isClosed()).toBe(true), SOON);
  }, 60_000);

  /** Addresses of this machine that others reach it at. */
  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  test.each(outside)('nobody reaches Dovecot or Poundkey itself at %s', async (address) => {
    const { dovecotImap, dovecotPop3, dovecotSubmission } = servers.ports;
    const poundkey = Number(new URL(world.service.olderAppsUrl ?? '').port);
    for (const port of [dovecotImap, dovecotPop3, dovecotSubmission, poundkey]) {
      const socket = connectPlain(port, address);
      await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  test('a wrong one is refused, with the reason', async () => {
    const [byImap, byPop3, bySmtp] = await Promise.all([
      imap(mailbox, 'wrong wrong', '--verbose'),
      pop3(mailbox, 'wrong wrong', '--verbose'),
      send(mailbox, 'wrong wrong'),
    ]);
    expect([byImap.code, byPop3.code, bySmtp.code]).toEqual([DENIED, DENIED, DENIED]);
    expect(byImap.err).toContain('NO [AUTHENTICATIONFAILED] Wrong user name or app password');
    expect(byPop3.err).toContain('-ERR [AUTH] Wrong user name or app password');
  }, 60_000);

  test('over POP3 it opens the mailbox too, by each method that nginx offers', async () => {
    const byMethod = (method: string) => pop3(mailbox, password, '--login-options', `AUTH=${method}`);
    const all = await Promise.all([pop3(mailbox, password), byMethod('PLAIN'), byMethod('LOGIN')]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    const session = await openTls(servers.ports.pop3s);
    await session.until(/^\+OK/m);
    session.say(`USER ${mailbox}`);
    await session.until(/^\+OK/m);
    session.say(`PASS ${password}`);
    expect(await session.until(/^(\+OK|-ERR).*$/m)).toMatch(/^\+OK/);
    session.close();
  }, 60_000);

  test('mail is sent with it, over TLS and STARTTLS, and never without signing in', async () => {
    expect(await send(mailbox, password)).toMatchObject({ code: 0 });
    expect(servers.sent).toContainEqual(expect.stringMatching(/^RCPT TO:<bo@contoso.com>/));
    expect(await send(mailbox, password, `smtp://localhost:${servers.ports.submission}`)).toMatchObject({
      code: 0,
    });
    const smtp = await openTls(servers.ports.smtps);
    expect(await smtp.until(/^220 /m)).toBeDefined();
    smtp.say('EHLO stranger');
    await smtp.until(/^250 /m);
    smtp.say('MAIL FROM:<stranger@fabrikam.com>');
    expect(await smtp.until(/^[2-5]\d\d .*$/m)).toMatch(/^5\d\d /m);
    smtp.close();
    const inClear = connectPlain(servers.ports.submission, '127.0.0.1');
    const credentials = Buffer.from(`\0${mailbox}\0${password}`).toString('base64');
    let heard = '';
    inClear.on('data', (said) => {
      heard += said;
      if (/^220 /m.test(String(said))) inClear.write('EHLO app\r\n');
      else if (/^250 /m.test(String(said))) inClear.write(`AUTH PLAIN ${credentials}\r\n`);
      else inClear.destroy();
    });
    await once(inClear, 'close');
    expect(heard).toMatch(/^5\d\d /m);
    expect(heard).not.toMatch(/AUTH|^235/m);
  }, 60_000);

  test('an upload of 5 MB passes, and the app is told who it is', async () => {
    expect(await web()).toMatchObject({ code: 0, out: expect.stringMatching(/ 401$/) });
    expect(await web('--user', `${mailbox}:wrong`)).toMatchObject({ out: expect.stringMatching(/ 401$/) });
    const file = `${servers.directory}/upload`;
    writeFileSync(file, Buffer.alloc(5_000_000, 7));
    expect(
      await web(
        '--user',
        `${mailbox}:${password}`,
        '--header',
        'X-Remote-User: admin',
        '--upload-file',
        file,
      ),
    ).toMatchObject({
      out: `hello ${mailbox} 200`,
    });
    expect(servers.uploads.at(-1)).toEqual({ user: mailbox, bytes: 5_000_000 });
  }, 60_000);

  test('a user with too many wrong ones is told apart, as 403, by nginx too', async () => {
    for (let guess = 0; guess < 50; guess += 1)
      await nginx.askBasic(basic('guessed', `guess ${guess}`), '127.0.0.1');
    expect(await web('--user', 'guessed:another')).toMatchObject({ out: expect.stringMatching(/ 403$/) });
  }, 60_000);

  test('revoked, it is refused at once in all four ways, and an open session ends with doveadm kick', async () => {
    const open = await openTls(servers.ports.imaps);
    await open.until(/^\* OK/m);
    open.say(`a1 LOGIN ${mailbox} "${password}"`);
    expect(await open.until(/^a1 .*$/m)).toMatch(/^a1 OK/m);
    open.say('a2 SELECT INBOX');
    await open.until(/^a2 OK/m);
    open.say('a3 IDLE');
    await open.until(/^\+ /m);
    expect(await revoke()).toMatchObject({ status: 200 });
    const [byImap, byPop3, bySmtp, byWeb] = await Promise.all([
      imap(mailbox, password),
      pop3(mailbox, password),
      send(mailbox, password),
      web('--user', `${mailbox}:${password}`),
    ]);
    expect([byImap.code, byPop3.code, bySmtp.code]).toEqual([DENIED, DENIED, DENIED]);
    expect(byWeb.out).toMatch(/ 401$/);
    expect((await servers.doveadm('kick', mailbox)).code).toBe(0);
    await vi.waitFor(() => expect(open.isClosed()).toBe(true), SOON);
  }, 120_000);

  test('a cache that is switched on by mistake keeps no answer, so a revoked one is refused', async () => {
    const made = await makeAppPassword(world, 'cached');
    const file = `${servers.directory}/nginx.conf`;
    const plain = readFileSync(file, 'utf8');
    const cached = plain
      .replace('http {\n', `http {\n  proxy_cache_path ${servers.directory}/cache keys_zone=all:1m;\n`)
      .replace('proxy_cache off;', 'proxy_cache all; proxy_cache_valid any 1h;')
      .replace(
        /(auth_request_set [^;]*;)/,
        '$1 auth_request_set $kept $upstream_cache_status; add_header X-Kept "$kept" always;',
      );
    const reload = (text: string) => {
      writeFileSync(file, text);
      process.kill(servers.nginxPid(), 'SIGHUP');
    };
    const ask = () => web('--user', `cached:${made.password}`, '--include');
    /** What a worker with the new settings answers; one with those of before may still take a connection. */
    const askCached = () =>
      vi.waitFor(async () => {
        const { out } = await ask();
        expect(out).toContain('X-Kept');
        return out;
      }, SOON);
    reload(cached);
    expect(await askCached()).toMatch(/X-Kept: MISS[\s\S]* 200$/);
    expect(await askCached()).toMatch(/X-Kept: MISS[\s\S]* 200$/);
    await world.api('DELETE', `/v1/users/cached/app-passwords/${made.id}`);
    expect(await askCached()).toMatch(/X-Kept: MISS[\s\S]* 401$/);
    reload(plain);
    await vi.waitFor(async () => expect((await ask()).out).not.toContain('X-Kept'), SOON);
  }, 60_000);

  test('Dovecot knows devices apart: twelve of one user are let in, and ten behind one address', async () => {
    const made = await makeAppPassword(world, 'devices');
    const signIn = async (localAddress: string) => {
      const session = await openTls(servers.ports.imaps, localAddress);
      await session.until(/^\* OK/m);
      session.say(`a1 LOGIN devices "${made.password}"`);
      return { session, said: await session.until(/^(a1|\* BAD) .*$/m) };
    };
    const devices = await Promise.all(
      Array.from({ length: 12 }, (_, device) => signIn(`127.0.0.${device + 2}`)),
    );
    for (const { said } of devices) expect(said).toMatch(/^a1 OK/m);
    const more = [];
    for (let session = 0; session < 10; session += 1) more.push(await signIn('127.0.0.2'));
    expect(more.slice(0, 9).every(({ said }) => /^a1 OK/m.test(said))).toBe(true);
    expect(more[9]?.said).toMatch(/^(a1 NO|\* BAD)/m);
    for (const { session } of [...devices, ...more]) session.close();
  }, 120_000);

  test('while the registry is away nobody is told that the password is wrong', async () => {
    const made = await makeAppPassword(world, 'outage');
    await stores.postgres.halt();
    const refused = await imap('outage', made.password, '--verbose');
    expect(refused.err).toContain('NO [UNAVAILABLE] Temporarily not possible');
    expect(await web('--user', `outage:${made.password}`)).toMatchObject({
      out: expect.stringMatching(/ 503$/),
    });
    await stores.postgres.start();
  }, 60_000);
});
