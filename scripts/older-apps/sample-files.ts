/** The sample configurations of docs/operating/older-apps, filled in for servers of one's own on loopback. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles } from '../rehearse/certificate.ts';

const SAMPLES = join(import.meta.dirname, '../../docs/operating/older-apps');

/** Where nginx keeps what it writes for a while, unless it is told otherwise in a directory of root's. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Ports on loopback. */
export interface SamplePorts {
  /** Of nginx: mail over TLS, and with STARTTLS; web. */
  imaps: number;
  pop3s: number;
  smtps: number;
  submission: number;
  https: number;
  /** Of Dovecot, which `MAIL_BACKENDS` names too. */
  dovecotImap: number;
  dovecotPop3: number;
  dovecotSubmission: number;
  /** Of the server that sends mail on, and of the web app. */
  relay: number;
  app: number;
}

/** A balancer in front of nginx. */
export interface SampleBalancer {
  /** Its address, as nginx sees it. */
  address: string;
  /** Where it listens, on loopback. */
  ports: Pick<SamplePorts, (typeof BALANCED)[number]['name']>;
  /** More listeners, on which another balancer in front of it names the clients: by the port of nginx they lead to. */
  behindAnother: { imaps: number; https: number };
}

/** Servers of nginx that the balancer passes connections on to, with the ports that they have in the samples. */
const BALANCED = [
  { name: 'imaps', port: 993 },
  { name: 'pop3s', port: 995 },
  { name: 'smtps', port: 465 },
  { name: 'submission', port: 587 },
  { name: 'https', port: 443 },
] as const;

/** What the samples are filled in with. */
export interface SampleSettings {
  /** Where both programs keep their files; not below a directory that only its owner may enter. */
  directory: string;
  ports: SamplePorts;
  /** Where Poundkey checks app passwords: host and port. */
  poundkey: string;
  secrets: { mail: string; web: string; backend: string };
  files: CertificateFiles;
  /** The user of nginx's own processes, and of the mailboxes. */
  users: { nginx: string; mailboxes: string };
  balancer?: SampleBalancer | null;
}

/** Writes the configurations. Resolves to their paths. @throws Error when a sample has changed and is not understood any more */
export function writeSamples(settings: SampleSettings): { nginx: string; dovecot: string; haproxy: string } {
  const { directory, balancer } = settings;
  const path = (name: string) => join(directory, name);
  const paths = {
    nginx: path('nginx.conf'),
    dovecot: path('dovecot.conf'),
    haproxy: path('haproxy.cfg'),
  };
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'state'), { recursive: true });
  writeFileSync(paths.nginx, `daemon off;\n${fill('nginx.conf', nginxChanges(settings))}`, { mode: 0o600 });
  writeFileSync(paths.dovecot, fill('dovecot.conf', dovecotChanges(settings)), { mode: 0o600 });
  if (balancer)
    writeFileSync(paths.haproxy, fill('haproxy.cfg', haproxyChanges(settings, balancer)), { mode: 0o600 });
  return paths;
}

type Changes = readonly (readonly [from: string, to: string])[];

function nginxChanges({ balancer, ...settings }: SampleSettings): Changes {
  const { directory, ports, poundkey, secrets, files, users } = settings;
  const proxied = balancer ? ' proxy_protocol' : '';
  const temporary = TEMPORARY.map((kind) => `  ${kind}_temp_path ${directory}/${kind};\n`);
  return [
    ['user www-data;', `user ${users.nginx};`],
    ['/run/nginx.pid', `${directory}/nginx.pid`],
    ['/var/log/nginx/error.log', `${directory}/error.log info`],
    ['worker_processes auto;', 'worker_processes 1;'],
    ['http {\n', `http {\n${temporary.join('')}`],
    ['/etc/ssl/poundkey/mail.pem', files.certificate],
    ['/etc/ssl/poundkey/mail.key', files.key],
    ['/etc/ssl/poundkey/web.pem', files.certificate],
    ['/etc/ssl/poundkey/web.key', files.key],
    ['127.0.0.1:8095', poundkey],
    ['as_secret-of-the-mail-server', secrets.mail],
    ['as_secret-of-the-web-server', secrets.web],
    ['listen 993 ssl;\n', `listen 127.0.0.1:${ports.imaps} ssl${proxied};\n`],
    ['listen 995 ssl;\n', `listen 127.0.0.1:${ports.pop3s} ssl${proxied};\n`],
    ['listen 465 ssl;\n', `listen 127.0.0.1:${ports.smtps} ssl${proxied};\n`],
    ['listen 587;\n', `listen 127.0.0.1:${ports.submission}${proxied};\n`],
    ['listen 443 ssl;\n', `listen 127.0.0.1:${ports.https} ssl${proxied};\n`],
    ['127.0.0.1:8081', `127.0.0.1:${ports.app}`],
    ...(balancer
      ? ([
          ['# set_real_ip_from 10.0.0.5;', `set_real_ip_from ${balancer.address};`],
          ['# real_ip_header proxy_protocol;', 'real_ip_header proxy_protocol;'],
        ] as const)
      : []),
  ];
}

function haproxyChanges({ ports }: SampleSettings, balancer: SampleBalancer): Changes {
  const { behindAnother } = balancer;
  const second = (name: string) =>
    name in behindAnother
      ? `\n  bind 127.0.0.1:${behindAnother[name as keyof typeof behindAnother]} accept-proxy`
      : '';
  return [
    ['  log /dev/log local0 notice\n  user haproxy\n  group haproxy\n', ''],
    ...BALANCED.flatMap(
      ({ name, port }) =>
        [
          [`bind :${port}\n`, `bind 127.0.0.1:${balancer.ports[name]}${second(name)}\n`],
          [`10.0.0.20:${port} `, `127.0.0.1:${ports[name]} source ${balancer.address} `],
        ] as const,
    ),
  ];
}

function dovecotChanges({ directory, ports, secrets, users }: SampleSettings): Changes {
  return [
    ['base_dir = /run/dovecot', `base_dir = ${directory}/run`],
    ['state_dir = /var/lib/dovecot', `state_dir = ${directory}/state`],
    ['/var/log/dovecot.log', `${directory}/dovecot.log`],
    ['password=mail-backend-password', `password=${secrets.backend}`],
    ['uid=vmail gid=vmail', `uid=${users.mailboxes} gid=${users.mailboxes}`],
    ['/srv/mail', `${directory}/mail`],
    ['port = 10143', `port = ${ports.dovecotImap}`],
    ['port = 10110', `port = ${ports.dovecotPop3}`],
    ['port = 10587', `port = ${ports.dovecotSubmission}`],
    ['submission_relay_port = 25', `submission_relay_port = ${ports.relay}`],
  ];
}

function fill(name: string, changes: Changes): string {
  let text = readFileSync(join(SAMPLES, name), 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`docs/operating/older-apps/${name} has no "${from}" any more.`);
    text = text.replaceAll(from, to);
  }
  return text;
}
