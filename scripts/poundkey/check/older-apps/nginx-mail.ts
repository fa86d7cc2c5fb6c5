// What must hold in the mail module of nginx. The reasons: docs/operating/older-apps.md.
import { type Found, secondsOf } from './found.ts';
import { believesAnybody, believesNobody } from './nginx-proxy-protocol.ts';
import { allOf, type Directive, type Scope, wordsOf } from './nginx-tree.ts';

/** Poundkey answers within 4.5 s. */
const SHORTEST_WAIT_S = 5;
const LONGEST_WAIT_S = 10;
const LONGEST_SESSION_S = 3_600;

/** A mail server of nginx. */
interface MailServer {
  scope: Scope;
  protocol: string;
}

type Rule = (server: MailServer) => Omit<Found, 'where'> | null;

/** What must be mended in the mail servers. */
export function checkNginxMail(tree: readonly Directive[]): Found[] {
  return mailServers(tree).flatMap((server) => {
    const where = `nginx, mail server at ${server.scope[0]?.at} (${server.protocol})`;
    return RULES.flatMap((rule) => rule(server) ?? []).map((found) => ({ where, ...found }));
  });
}

/** Whether each mail server tells its backend the address of the client; null: there is none. */
export function speaksProxyProtocol(tree: readonly Directive[]): boolean | null {
  const servers = mailServers(tree);
  if (servers.length === 0) return null;
  return servers.every(({ scope }) => wordsOf(scope, 'proxy_protocol')?.[0] === 'on');
}

function mailServers(tree: readonly Directive[]): MailServer[] {
  return tree
    .filter(({ name }) => name === 'mail')
    .flatMap((mail) =>
      mail.inside
        .filter(({ name }) => name === 'server')
        .map((server) => {
          const scope = [server, mail];
          return { scope, protocol: wordsOf(scope, 'protocol')?.[0] ?? protocolOfPort(server) };
        }),
    );
}

/** nginx.org, ngx_mail_core_module, "protocol": without one, the port says it. */
function protocolOfPort(server: Directive): string {
  const [address = ''] = wordsOf([server], 'listen') ?? [];
  const port = /(\d+)$/.exec(address)?.[1] ?? '';
  if (['110', '995'].includes(port)) return 'pop3';
  return ['25', '465', '587'].includes(port) ? 'smtp' : 'imap';
}

const authTimeout: Rule = ({ scope }) => {
  const set = wordsOf(scope, 'auth_http_timeout')?.[0];
  const seconds = secondsOf(set);
  if (seconds !== null && seconds >= SHORTEST_WAIT_S && seconds <= LONGEST_WAIT_S) return null;
  const why =
    seconds !== null && seconds < SHORTEST_WAIT_S
      ? 'Poundkey takes up to 4.5 s to say that it cannot ask the registry; nginx gives up before.'
      : 'A person waits that long when Poundkey is away.';
  return { says: said('auth_http_timeout', set, '60s'), right: 'auth_http_timeout 5s;', why };
};

const secret: Rule = ({ scope }) => {
  const headers = allOf(scope, 'auth_http_header');
  if (headers.some(([name, value]) => name?.toLowerCase() === 'x-poundkey-secret' && value)) return null;
  return {
    says: 'no auth_http_header with X-Poundkey-Secret',
    right: 'auth_http_header X-Poundkey-Secret as_…; as create-app-server prints it',
    why: 'Poundkey does not answer who does not know the secret, so nobody is let in. Headers of the block around count only where the server has none.',
  };
};

const methods: Rule = ({ scope, protocol }) => {
  const name = `${protocol}_auth`;
  const other = (wordsOf(scope, name) ?? []).filter((method) => !['plain', 'login'].includes(method));
  if (other.length === 0) return null;
  const isNone = other.includes('none');
  return {
    says: `${name} has ${other.join(' ')}`,
    right: protocol === 'pop3' ? 'pop3_auth plain;' : `${name} plain login;`,
    why: isNone
      ? 'With none, mail is taken from everybody, and nginx told parts of its memory to the auth server (CVE-2025-53859).'
      : 'Poundkey keeps no passwords that these methods could be checked with, and refuses them; nginx crashed in CRAM-MD5 and APOP (CVE-2026-27651).',
  };
};

const resolver: Rule = ({ scope }) => {
  const set = wordsOf(scope, 'resolver');
  if (set === undefined || set[0] === 'off') return null;
  return {
    says: 'resolver is set',
    right: 'no resolver in mail { }',
    why: 'Whoever controls the name of their address could write headers into the question to Poundkey (CVE-2026-28753).',
  };
};

const encryption: Rule = ({ scope }) => {
  const starttls = wordsOf(scope, 'starttls')?.[0];
  const isPrivate = ([address = '', ...words]: string[]) =>
    words.includes('ssl') || /^(127\.|localhost\b|\[::1\]|unix:)/.test(address);
  const isSafe = starttls === 'only' || wordsOf(scope, 'ssl')?.[0] === 'on';
  if (isSafe || allOf(scope, 'listen').every(isPrivate)) return null;
  return {
    says: said('starttls', starttls, 'off'),
    right: 'listen … ssl; or starttls only;',
    why: 'Passwords pass in clear before Poundkey refuses them.',
  };
};

const session: Rule = ({ scope }) => {
  const set = wordsOf(scope, 'proxy_timeout')?.[0];
  const seconds = secondsOf(set);
  if (seconds !== null && seconds <= LONGEST_SESSION_S) return null;
  return {
    says: said('proxy_timeout', set, '24h'),
    right: 'proxy_timeout 35m;',
    why: 'A session without a byte stays open for that long, also after its app password is revoked.',
  };
};

const xclient: Rule = ({ scope, protocol }) => {
  const set = wordsOf(scope, 'xclient')?.[0];
  if (protocol !== 'smtp' || set === 'off') return null;
  return {
    says: said('xclient', set, 'on'),
    right: 'xclient off;',
    why: 'The backend is told who has signed in, and would have to believe it of whoever reaches it; those that do not know the command end the session.',
  };
};

const smtpAuth: Rule = ({ scope, protocol }) => {
  const set = wordsOf(scope, 'proxy_smtp_auth')?.[0];
  if (protocol !== 'smtp' || set === 'on') return null;
  return {
    says: said('proxy_smtp_auth', set, 'off'),
    right: 'proxy_smtp_auth on;',
    why: 'nginx does not sign in to the backend, which then has to trust whoever reaches it: an open relay.',
  };
};

const addresses = [believesNobody, believesAnybody].map(
  (rule): Rule =>
    ({ scope }) =>
      rule(scope),
);

const RULES = [authTimeout, secret, methods, resolver, encryption, session, xclient, smtpAuth, ...addresses];

function said(name: string, set: string | undefined, byDefault: string): string {
  return set === undefined ? `${name} is not set, so it is ${byDefault}` : `${name} is ${set}`;
}
