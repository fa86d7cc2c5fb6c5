// What must hold in Dovecot behind nginx. The reasons: docs/operating/older-apps.md.
import { UsageError } from '../../command.ts';
import type { Found } from './found.ts';

/** Settings by name, and blocks such as `service imap-login`. */
interface Block {
  title: string;
  settings: Map<string, string>;
  blocks: Block[];
}

/** Devices of one person that are at one address, at most, as far as Dovecot can tell without the PROXY protocol. */
const ENOUGH_SESSIONS = 50;
/** Dovecot's own default (`doveconf -d`). */
const DEFAULT_SESSIONS = 10;

/**
 * What must be mended, in what `doveconf -n` prints: it leaves out what has its default.
 * @param nginxSpeaks whether nginx tells the address of the client in the PROXY protocol; null: not known
 * @throws UsageError when it is no such thing
 */
export function checkDovecot(text: string, nginxSpeaks: boolean | null): Found[] {
  const root = read(text);
  const listensForIt = expectsProxyProtocol(root);
  return [
    ...authCache(root),
    ...(listensForIt && nginxSpeaks !== false ? [] : sessions(root)),
    ...(nginxSpeaks === null || nginxSpeaks === listensForIt ? [] : [mismatch(listensForIt)]),
  ];
}

function read(text: string): Block {
  const root: Block = { title: '', settings: new Map(), blocks: [] };
  const open = [root];
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    const [, name = '', value = ''] = /^([^#={}\s][^={}]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (line.endsWith('{') && !line.startsWith('#')) {
      const block: Block = { title: line.slice(0, -1).trim(), settings: new Map(), blocks: [] };
      open.at(-1)?.blocks.push(block);
      open.push(block);
    } else if (line === '}' && open.length > 1) open.pop();
    else if (name !== '') open.at(-1)?.settings.set(name, value);
  }
  if (root.settings.size + root.blocks.length === 0)
    throw new UsageError('--dovecot: This must be what "doveconf -n" prints; it has no settings in it.');
  return root;
}

function authCache({ settings }: Block): Found[] {
  const size = settings.get('auth_cache_size') ?? '0';
  if (Number.parseFloat(size) === 0) return [];
  return [
    {
      where: 'Dovecot',
      says: `auth_cache_size is ${size}`,
      right: 'auth_cache_size = 0',
      why: 'Dovecot lets in whom it has let in before: what it was told is kept for an hour (auth_cache_ttl), and for longer while it cannot ask.',
    },
  ];
}

/** Of mail sessions; those of SMTP are not counted. */
function sessions(root: Block): Found[] {
  const all = [root, ...root.blocks.filter(({ title }) => /^protocol (imap|pop3)\b/.test(title))];
  const set = all.flatMap(({ settings }) => settings.get('mail_max_userip_connections') ?? []);
  const least = Math.min(
    ...(set.length > 0 ? set : [DEFAULT_SESSIONS])
      .map(Number)
      .map((most) => most || Number.POSITIVE_INFINITY),
  );
  if (least >= ENOUGH_SESSIONS) return [];
  return [
    {
      where: 'Dovecot',
      says: `mail_max_userip_connections is ${least}, and Dovecot is not told the addresses of clients`,
      right: `the PROXY protocol (haproxy = yes here, proxy_protocol on in nginx), or mail_max_userip_connections = ${ENOUGH_SESSIONS}`,
      why: 'All devices of a person seem to be nginx, so that the next one is refused.',
    },
  ];
}

/** Whether a listener for mail sessions expects the PROXY protocol, and believes somebody. */
function expectsProxyProtocol({ settings, blocks }: Block): boolean {
  const listeners = blocks
    .filter(({ title }) => /^service (imap|pop3)-login$/.test(title))
    .flatMap((service) => service.blocks.filter(({ title }) => title.startsWith('inet_listener')))
    .filter((listener) => listener.settings.get('port') !== '0');
  const expects = (listener: Block) => listener.settings.get('haproxy') === 'yes';
  return (
    Boolean(settings.get('haproxy_trusted_networks')) && listeners.some(expects) && listeners.every(expects)
  );
}

function mismatch(listensForIt: boolean): Found {
  return {
    where: 'nginx and Dovecot',
    says: listensForIt
      ? 'Dovecot expects the PROXY protocol, and not every mail server of nginx speaks it'
      : 'nginx speaks the PROXY protocol, and not every listener of Dovecot expects it',
    right: 'proxy_protocol on; in nginx, with haproxy = yes and haproxy_trusted_networks in Dovecot',
    why: 'Dovecot does not understand the first line of each session and ends it.',
  };
}
