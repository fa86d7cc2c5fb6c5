// Poundkey restarts while mail clients and a web app sign in through nginx: nobody is told that the password is wrong.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAppServers, MAIL } from '../../src/app-passwords/older-apps/app-servers.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { findMailServers } from '../support/mail-programs.ts';
import { type MailServers, mailPorts, startMailServers } from '../support/mail-servers.ts';
import { imapLogin, openSession } from '../support/mail-session.ts';
import { BACKEND_PASSWORD, basic } from '../support/older-apps.ts';
import { openOn } from '../support/open-worlds.ts';
import { HAS_POSTGRES } from '../support/own-servers.ts';
import { freePort } from '../support/processes.ts';
import type { RunningScript } from '../support/run-script.ts';
import { PATIENTLY, prepareGround } from '../support/service-processes.ts';

/** What an app is told that may go on with its password. */
const LET_IN = { imap: /^a1 OK/, pop3: /^\+OK/, smtp: /^235 /, web: /^200$/ };
/** RFC 3501, 7.1.3: nginx itself speaks of no sign-in; RFC 3206, 4: no [AUTH]; RFC 4954, 6; RFC 9110, 15.6.4. */
const TEMPORARILY_NOT = {
  imap: /^(\* BAD internal server error|a1 NO \[UNAVAILABLE\])/,
  pop3: /^-ERR (internal server error|\[SYS\/TEMP\])/,
  smtp: /^(451 4\.3\.2|454 4\.7\.0) /,
  web: /^503$/,
};
type Way = keyof typeof LET_IN;
const WAYS: readonly Way[] = ['imap', 'pop3', 'smtp', 'web'];

describe.runIf(findMailServers() !== null && HAS_POSTGRES)('while Poundkey restarts', () => {
  let port: number;
  let ports: Awaited<ReturnType<typeof mailPorts>>;
  const { opened: ground } = openOn('postgres', async (stores) => {
    [port, ports] = await Promise.all([freePort(), mailPorts()]);
    return prepareGround(stores, {
      OLDER_APPS_PORT: `${port}`,
      MAIL_BACKENDS: `imap=127.0.0.1:${ports.dovecotImap},pop3=127.0.0.1:${ports.dovecotPop3},smtp=127.0.0.1:${ports.dovecotSubmission}`,
      MAIL_BACKEND_PASSWORD: BACKEND_PASSWORD,
    });
  });
  let servers: MailServers;
  let service: RunningScript;
  let user: string;
  let password: string;

  beforeAll(async () => {
    const appServers = createAppServers({ db: ground.db, clock: systemClock });
    const create = (of: string) => appServers.create({ name: of, tenantId: 'contoso', service: of });
    const [mail, web] = [await create(MAIL), await create('http')];
    const secrets = { mail: mail.secret, web: web.secret, backend: BACKEND_PASSWORD };
    servers = await startMailServers({ ports, poundkey: `127.0.0.1:${port}`, secrets });
    service = await ground.start('all');
    const number = ground.newNumber();
    const id = await ground.request('press-pound', number);
    user = `user-${number.slice(-4)}`;
    const { body } = await vi.waitFor(async () => {
      const answer = await ground.api('POST', `/v1/verifications/${id}/reveal-app-password`);
      expect(answer.status).toBe(200);
      return answer;
    }, PATIENTLY);
    password = body.appPassword;
  }, 120_000);
  afterAll(() => servers?.stop());

  const at = (place: number) => ({ port: place, authority: readFileSync(servers.authority) });

  /** Signs in once, and resolves to the line that says how it went. */
  async function signIn(way: Way, typed = password): Promise<string> {
    if (way === 'imap') return imapLogin(at(ports.imaps), user, typed);
    const session = await openSession(at({ pop3: ports.pop3s, smtp: ports.smtps, web: ports.https }[way]));
    try {
      if (way === 'web') {
        session.say(`GET / HTTP/1.0\r\nHost: localhost\r\nAuthorization: ${basic(user, typed)}\r\n`);
        return / (\d{3})/.exec(await session.until(/^HTTP\/1\.\d \d{3}/))?.[1] ?? '';
      }
      await session.until(way === 'pop3' ? /^\+OK/ : /^220 /m);
      const credentials = Buffer.from(`\0${user}\0${typed}`).toString('base64');
      if (way === 'smtp') {
        session.say('EHLO app');
        await session.until(/^250 /m);
      }
      session.say(`AUTH PLAIN ${credentials}`);
      return await session.until(/^(\+OK|-ERR|\d{3} ).*$/m);
    } finally {
      session.close();
    }
  }

  /** Signs in again and again until told to stop; resolves to what was neither let in nor put off, and how often each was. */
  function keepSigningIn(way: Way) {
    const seen = { letIn: 0, putOff: 0, others: [] as string[] };
    let goesOn = true;
    const work = (async () => {
      while (goesOn) {
        const said = await signIn(way);
        if (LET_IN[way].test(said)) seen.letIn += 1;
        else if (TEMPORARILY_NOT[way].test(said)) seen.putOff += 1;
        else seen.others.push(said);
      }
    })();
    return {
      seen,
      async stop() {
        goesOn = false;
        await work;
        return seen;
      },
    };
  }

  test.each([
    ['in an orderly way', 'SIGTERM'],
    ['as in a power cut', 'SIGKILL'],
  ] as const)(
    '%s: apps are put off, and sign in again with what they have',
    async (_, signal) => {
      const apps = WAYS.map((way) => keepSigningIn(way));
      const each = (what: 'letIn' | 'putOff') => apps.map(({ seen }) => seen[what]);
      const grows = async (what: 'letIn' | 'putOff') => {
        const before = each(what);
        const hasGrown = () =>
          expect(each(what).every((count, index) => count > (before[index] ?? 0))).toBe(true);
        await vi.waitFor(hasGrown, PATIENTLY);
      };
      await grows('letIn');
      service.process.kill(signal);
      await grows('putOff');
      await service.exit;
      service = await ground.start('all');
      await grows('letIn');
      const all = await Promise.all(apps.map((app) => app.stop()));
      expect(all.flatMap(({ others }) => others)).toEqual([]);
      expect(await ground.db.selectFrom('wrongAppPassword').select('scope').execute()).toEqual([]);
    },
    180_000,
  );

  test('a wrong one is told so by the new process as it was by the old one', async () => {
    const said = await Promise.all(WAYS.map((way) => signIn(way, 'wrong wrong')));
    expect(said).toEqual([
      expect.stringMatching(/^a1 NO \[AUTHENTICATIONFAILED\]/),
      expect.stringMatching(/^-ERR \[AUTH\]/),
      expect.stringMatching(/^535 5\.7\.8/),
      '401',
    ]);
  }, 60_000);
});
