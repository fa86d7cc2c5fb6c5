// A mail client and an older web app sign in with the app password that a call earned, through real nginx and Dovecot.

import { findMailServers, MAIL_PACKAGES } from '../../test/support/mail-programs.ts';
import type { MailServers } from '../../test/support/mail-servers.ts';
import { mailPorts, startMailServers } from '../../test/support/mail-servers.ts';
import { expectOutcome, REGISTER, verify } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';

/** The one password of the mail servers behind nginx, for as long as the demo runs. */
const BACKEND_PASSWORD = 'only-for-the-demo-0123456789-0123456789';
const USER = `${REGISTER.userId}@contoso.com`;

let ports: Awaited<ReturnType<typeof mailPorts>>;

/** The scenarios by name. */
export const MAIL_SCENARIOS: Record<string, Scenario> = {
  mail: {
    what: 'a mail client and a web app sign in with the app password, through nginx and Dovecot, until it is revoked',
    async settings() {
      if (process.getuid?.() !== 0 || findMailServers() === null)
        throw new Error(
          `This scenario runs the real nginx and Dovecot, as root. On Debian: apt-get install --no-install-recommends ${MAIL_PACKAGES}\nThe other scenarios need neither.`,
        );
      ports = await mailPorts();
      return {
        OLDER_APPS_PORT: '0',
        MAIL_BACKENDS: `imap=127.0.0.1:${ports.dovecotImap},pop3=127.0.0.1:${ports.dovecotPop3},smtp=127.0.0.1:${ports.dovecotSubmission}`,
        MAIL_BACKEND_PASSWORD: BACKEND_PASSWORD,
      };
    },
    async play(demo) {
      const servers = await startServers(demo);
      try {
        await signIn(demo, servers);
      } finally {
        await servers.stop();
      }
    },
  },
};

async function startServers({ service, say }: Demo): Promise<MailServers> {
  const { appServers, tenantDomains } = service;
  await tenantDomains.add('default', 'contoso.com');
  const create = (of: string) => appServers.create({ name: 'demo', tenantId: 'default', service: of });
  const [mail, web] = [await create('mail'), await create('http')];
  const secrets = { mail: mail.secret, web: web.secret, backend: BACKEND_PASSWORD };
  const servers = await startMailServers({
    ports,
    poundkey: new URL(service.olderAppsUrl ?? '').host,
    secrets,
  });
  say(`servers   nginx: IMAP on ${ports.imaps}, web on ${ports.https}; behind it Dovecot and a web app`);
  return servers;
}

async function signIn(demo: Demo, servers: MailServers): Promise<void> {
  const { call, person, say } = demo;
  person('press-pound');
  const verification = await verify(demo, REGISTER);
  expectOutcome(verification, 'approved');
  const { body } = await call('POST', `/v1/verifications/${verification.id}/reveal-app-password`);
  say(`revealed  app password, shown once: ${body.appPassword}`);
  await tries(servers, say, body.appPassword.toUpperCase(), true);
  await tries(servers, say, 'wrong wrong', false);
  await call('DELETE', `/v1/users/${REGISTER.userId}/app-passwords`);
  say('backend   revokes the app password');
  await tries(servers, say, body.appPassword, false);
}

/** @throws Error when the servers do not answer as expected */
async function tries(
  { curl }: MailServers,
  say: Demo['say'],
  typed: string,
  expected: boolean,
): Promise<void> {
  const user = ['--user', `${USER}:${typed}`];
  const mail = await curl(`imaps://localhost:${ports.imaps}/`, ...user);
  say(`curl      imaps://${USER}, "${typed}": ${mail.code === 0 ? mail.out.trim() : mail.err.trim()}`);
  const web = await curl(`https://localhost:${ports.https}/`, ...user, '--write-out', ' (%{http_code})');
  say(`curl      https://${USER}, "${typed}": ${web.out.replace(/<[^>]*>|\s+/g, ' ').trim()}`);
  const isLetIn = mail.code === 0 && web.out.endsWith('(200)');
  if (isLetIn !== expected) throw new Error(`It should have been ${expected ? 'let in' : 'refused'}.`);
}
