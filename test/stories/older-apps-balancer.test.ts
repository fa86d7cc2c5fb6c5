// HAProxy in front of nginx and Dovecot, with the sample configurations: everybody behind it has an address of their own.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findBalancer, findMailServers } from '../support/mail-programs.ts';
import { balancerOf, type MailServers, mailPorts, startMailServers } from '../support/mail-servers.ts';
import { imapLogin, openSession, proxyHeader } from '../support/mail-session.ts';
import { appServersOf, BACKEND_PASSWORD, basic, makeAppPassword, OLDER_APPS } from '../support/older-apps.ts';
import { HAS_POSTGRES, type OwnStores, startOwnStores } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { openWorld, type World } from '../support/world.ts';

/** An address outside, and one in another network. */
const [OUTSIDE, ELSEWHERE] = ['203.0.113.7', '198.51.100.7'];

describe.runIf(findMailServers() && findBalancer() && HAS_POSTGRES)('behind a balancer', () => {
  let stores: OwnStores;
  let world: World;
  let servers: MailServers;
  let nginx: Awaited<ReturnType<typeof appServersOf>>;
  let balancer: Awaited<ReturnType<typeof balancerOf>>;

  beforeAll(async () => {
    const ports = await mailPorts();
    balancer = await balancerOf();
    const at = { imap: { host: '127.0.0.1', port: ports.dovecotImap } };
    stores = await startOwnStores(false);
    world = await openWorld(stores, {
      config: { olderApps: { ...OLDER_APPS, mail: { at, password: BACKEND_PASSWORD } } },
    });
    nginx = await appServersOf(world);
    const secrets = { mail: nginx.mail.secret, web: nginx.web.secret, backend: BACKEND_PASSWORD };
    const poundkey = new URL(world.service.olderAppsUrl ?? '').host;
    servers = await startMailServers({ ports, poundkey, secrets, balancer });
  }, 120_000);
  afterAll(async () => {
    await servers?.stop();
    await world?.close();
    await stores?.drop();
  });

  const place = (port: number, more: { localAddress?: string; before?: string } = {}) => ({
    ...{ port, authority: readFileSync(servers.authority) },
    ...more,
  });
  /** As somebody whose address another balancer, in front of this one, has named. */
  const from = (address: string, port = balancer.behindAnother.imaps) =>
    place(port, { before: proxyHeader(address) });
  /** Addresses in the log lines about refusals of a user's app password. */
  const refusedFrom = (since: number) =>
    world.log
      .slice(since)
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'appPassword.refused')
      .map(({ way, address }) => `${way} ${address}`);
  /** Signs in over HTTP and resolves to the status. */
  async function webStatus(options: ReturnType<typeof place>, user: string, password: string) {
    const session = await openSession(options);
    if (session.isClosed()) return 0;
    session.say(`GET /file HTTP/1.0\r\nHost: localhost\r\nAuthorization: ${basic(user, password)}\r\n`);
    const answer = await session.until(/^HTTP\/1\.\d \d{3}/);
    session.close();
    return Number(/ (\d{3})/.exec(answer)?.[1]);
  }
  /** So many different wrong ones that the address has had too many. */
  async function fill(address: string): Promise<void> {
    for (let user = 0; user < 10; user += 1)
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          nginx.askBasic(basic(`guessed-${user}`, `guess ${user} ${index}`), address),
        ),
      );
  }

  test('Poundkey and Dovecot are told who connected to it, and not that it did', async () => {
    const { password } = await makeAppPassword(world, 'near');
    const [since, localAddress] = [world.log.length, '127.0.0.7'];
    const mail = place(balancer.ports.imaps, { localAddress });
    expect(await imapLogin(mail, 'near', password)).toMatch(/^a1 OK/);
    expect(await imapLogin(mail, 'near', 'wrong')).toMatch(/^a1 NO \[AUTHENTICATIONFAILED\]/);
    const web = place(balancer.ports.https, { localAddress });
    expect(await webStatus(web, 'near', password)).toBe(200);
    expect(await webStatus(web, 'near', 'wrong too')).toBe(401);
    expect(refusedFrom(since)).toEqual(['mail 127.0.0.7', 'basic 127.0.0.7']);
    await vi.waitFor(
      () =>
        expect(readFileSync(`${servers.directory}/dovecot.log`, 'utf8')).toMatch(
          /Login: user=<near>.* rip=127\.0\.0\.7,/,
        ),
      SOON,
    );
  }, 60_000);

  test('the network of the last use is that of the client', async () => {
    const { password } = await makeAppPassword(world, 'far');
    expect(await imapLogin(from(OUTSIDE), 'far', password)).toMatch(/^a1 OK/);
    await world.service.appPasswordCheck.flushUses();
    const { body } = await world.api('GET', '/v1/users/far/app-passwords');
    expect(body.value).toMatchObject([{ lastUsed: { service: 'imap', network: '203.0.113.0/24' } }]);
  }, 60_000);

  test('wrong ones are limited for the address that they come from, and for no other', async () => {
    const { password } = await makeAppPassword(world, 'neighbour');
    await fill(OUTSIDE);
    expect(await imapLogin(from(OUTSIDE), 'neighbour', 'wrong')).toMatch(/^a1 NO \[UNAVAILABLE\]/);
    expect(await imapLogin(from(ELSEWHERE), 'neighbour', 'wrong')).toMatch(/AUTHENTICATIONFAILED/);
    const { https } = balancer.behindAnother;
    expect(await webStatus(from(OUTSIDE, https), 'neighbour', 'wrong')).toBe(403);
    expect(await webStatus(from(ELSEWHERE, https), 'neighbour', 'wrong too')).toBe(401);
    expect(await imapLogin(from(OUTSIDE), 'neighbour', password)).toMatch(/^a1 OK/);
  }, 60_000);

  test('the audit trail says from where somebody guessed, and through which server', async () => {
    await makeAppPassword(world, 'audited');
    for (let guess = 0; guess < 49; guess += 1)
      await nginx.askBasic(basic('audited', `guess ${guess}`), `192.0.2.${guess}`);
    expect(await imapLogin(from('203.0.113.99'), 'audited', 'the last one')).toMatch(/AUTHENTICATIONFAILED/);
    const { body } = await world.api('GET', '/v1/audit-events?type=appPassword.guessed');
    expect(body.value).toMatchObject([
      {
        userId: 'audited',
        actor: { type: 'appServer', id: nginx.mail.id, name: 'mail', clientAddress: '203.0.113.99' },
      },
    ]);
  }, 60_000);

  test('an address that anybody but the balancer claims is not believed', async () => {
    const { id, password } = await makeAppPassword(world, 'forged');
    await fill(OUTSIDE);
    const since = world.log.length;
    const forger = (port: number) => place(port, { localAddress: '127.0.0.8', before: proxyHeader(OUTSIDE) });
    const { imaps, https } = servers.ports;
    // Straight to nginx: had it been believed, these would be limited.
    expect(await imapLogin(forger(imaps), 'forged', 'wrong')).toMatch(/AUTHENTICATIONFAILED/);
    expect(await webStatus(forger(https), 'forged', 'wrong too')).toBe(401);
    expect(refusedFrom(since)).toEqual(['mail 127.0.0.8', 'basic 127.0.0.8']);
    expect(await imapLogin(forger(imaps), 'forged', password)).toMatch(/^a1 OK/);
    await world.service.appPasswordCheck.flushUses();
    const row = world.db.selectFrom('appPassword').select('lastUsedNetwork').where('id', '=', id);
    expect(await row.executeTakeFirstOrThrow()).toEqual({ lastUsedNetwork: null });
    // Through the balancer: it takes the header for the client's own first bytes, which are no TLS.
    expect(await imapLogin(forger(balancer.ports.imaps), 'forged', password)).toBe('');
    expect(await webStatus(forger(balancer.ports.https), 'forged', password)).toBe(0);
    // And nobody comes past it without saying who is there.
    expect(await imapLogin(place(imaps), 'forged', password)).toBe('');
  }, 60_000);
});
