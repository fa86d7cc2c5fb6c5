// check-older-apps finds in the configurations of nginx and Dovecot what must be mended, and nothing in our samples.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeSamples } from '../../../../scripts/older-apps/sample-files.ts';
import { findingsOf } from '../../../../scripts/poundkey/check/older-apps/check-older-apps.ts';
import { runCommand } from '../../../../scripts/poundkey/run-command.ts';
import { makeCertificate } from '../../../../scripts/rehearse/certificate.ts';
import { findMailServers } from '../../../support/mail-programs.ts';
import { findProgram } from '../../../support/processes.ts';

const SAMPLES = join(import.meta.dirname, '../../../../docs/operating/older-apps');
const NGINX = readFileSync(join(SAMPLES, 'nginx.conf'), 'utf8');
const DOVECOT = readFileSync(join(SAMPLES, 'dovecot.conf'), 'utf8');

/** The sample, with something else in place of one thing. */
function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replaceAll(
    new RegExp(from instanceof RegExp ? from.source : RegExp.escape(from), 'g'),
    to,
  );
  expect(result).not.toBe(text);
  return result;
}

const inNginx = (from: string | RegExp, to: string) =>
  findingsOf({ nginx: changed(NGINX, from, to), dovecot: null });
const inDovecot = (from: string | RegExp, to: string, nginx: string | null = null) =>
  findingsOf({ nginx, dovecot: changed(DOVECOT, from, to) });
const said = (found: ReturnType<typeof findingsOf>) => found.map(({ says }) => says);

describe('the sample configurations', () => {
  it('are as they must be, as files', () => {
    expect(findingsOf({ nginx: NGINX, dovecot: DOVECOT })).toEqual([]);
  });

  it.runIf(findMailServers() !== null)('are as they must be, as nginx -T and doveconf -n print them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const programs = findMailServers();
    const numbers = Array.from({ length: 10 }, (_, index) => 20_001 + index);
    const [imaps = 0, pop3s = 0, smtps = 0, submission = 0, https = 0, ...others] = numbers;
    const [dovecotImap = 0, dovecotPop3 = 0, dovecotSubmission = 0, relay = 0, app = 0] = others;
    const paths = writeSamples({
      ...{ directory, poundkey: '127.0.0.1:8095', users: { nginx: 'root', mailboxes: 'mail' } },
      files: makeCertificate(programs?.openssl ?? '', directory),
      secrets: { mail: 'as_mail', web: 'as_web', backend: 'backend' },
      ports: {
        ...{ imaps, pop3s, smtps, submission, https },
        ...{ dovecotImap, dovecotPop3, dovecotSubmission, relay, app },
      },
    });
    const print = (program: string | null | undefined, ...args: string[]) =>
      execFileSync(program ?? '', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const options = ['-p', directory, '-e', join(directory, 'error.log')];
    const nginx = print(programs?.nginx, '-T', ...options, '-c', paths.nginx);
    const dovecot = print(findProgram(['doveconf']), '-n', '-c', paths.dovecot);
    expect(nginx).toContain('# configuration file');
    expect(findingsOf({ nginx, dovecot })).toEqual([]);
    expect(said(findingsOf({ nginx, dovecot: `auth_cache_size = 10 M\n${dovecot}` }))).toHaveLength(1);
  });
});

describe('in the mail module of nginx', () => {
  const EVERYWHERE = NGINX.match(/protocol (imap|pop3|smtp);/g)?.length ?? 0;

  it.each([
    [
      'no limit of waiting',
      /auth_http_timeout .*\n/,
      '',
      'auth_http_timeout is not set, so it is 60s',
      EVERYWHERE,
    ],
    ['a long wait', 'auth_http_timeout 5s', 'auth_http_timeout 1m', 'auth_http_timeout is 1m', EVERYWHERE],
    [
      'a short wait',
      'auth_http_timeout 5s',
      'auth_http_timeout 900ms',
      'auth_http_timeout is 900ms',
      EVERYWHERE,
    ],
    ['no secret', /auth_http_header .*\n/, '', 'no auth_http_header with X-Poundkey-Secret', EVERYWHERE],
    [
      'a resolver',
      'proxy_timeout 35m;',
      'proxy_timeout 35m; resolver 127.0.0.1;',
      'resolver is set',
      EVERYWHERE,
    ],
    ['sessions of a day', /proxy_timeout .*\n/, '', 'proxy_timeout is not set, so it is 24h', EVERYWHERE],
    ['XCLIENT by default', 'xclient off;', '', 'xclient is not set, so it is on', 2],
    ['XCLIENT', 'xclient off;', 'xclient on;', 'xclient is on', 2],
    ['an open relay by default', 'proxy_smtp_auth on;', '', 'proxy_smtp_auth is not set, so it is off', 2],
    ['an open relay', 'proxy_smtp_auth on;', 'proxy_smtp_auth off;', 'proxy_smtp_auth is off', 2],
    ['clear text', 'starttls only;', 'starttls on;', 'starttls is on', 1],
    ['no TLS at all', 'listen 993 ssl;', 'listen 993;', 'starttls is not set, so it is off', 1],
    ['CRAM-MD5', 'imap_auth plain login', 'imap_auth plain cram-md5', 'imap_auth has cram-md5', 1],
    ['no sign-in for SMTP', 'smtp_auth plain login', 'smtp_auth none', 'smtp_auth has none', 2],
  ])('%s', (_, from, to, says, times) => {
    expect(said(inNginx(from, to))).toEqual(Array(times).fill(says));
  });

  it('a server of its own counts before the block around it, and says where it stands', () => {
    const found = inNginx(/listen 465 ssl;/, 'listen 465 ssl; xclient on; auth_http_header X-Other x;');
    const line = NGINX.split('\n').findIndex((text) => text.includes('listen 465 ssl'));
    expect(found.map(({ where, says }) => [where, says])).toEqual(
      ['no auth_http_header with X-Poundkey-Secret', 'xclient is on'].map((says) => [
        `nginx, mail server at nginx.conf:${line} (smtp)`,
        says,
      ]),
    );
  });

  it('the protocol is known by the port, and what a file includes counts where it is included', () => {
    const text = [
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok',
      '# configuration file /etc/nginx/nginx.conf:',
      'mail { # all of it',
      '  auth_http_timeout 5s; proxy_timeout 35m; auth_http_header "X-Poundkey-Secret" \'as_x;}{\';',
      '  include mail.d/*.conf;',
      '}',
      '# configuration file /etc/nginx/mail.d/pop.conf:',
      'server { listen 10.0.0.1:995 ssl; pop3_auth plain apop; }',
      '# configuration file /etc/nginx/mail.d/smtp.conf:',
      'server { listen [::]:465 ssl; xclient off; }',
      '# configuration file /etc/nginx/other/smtp.conf:',
      'server { listen 25; }',
    ].join('\n');
    expect(findingsOf({ nginx: text, dovecot: null }).map(({ where, says }) => `${where}: ${says}`)).toEqual([
      'nginx, mail server at /etc/nginx/mail.d/pop.conf:1 (pop3): pop3_auth has apop',
      'nginx, mail server at /etc/nginx/mail.d/smtp.conf:1 (smtp): proxy_smtp_auth is not set, so it is off',
    ]);
  });
});

describe('where nginx asks for a web app', () => {
  it.each([
    ['no secret', /proxy_set_header X-Poundkey-Secret.*\n/, '', 'no proxy_set_header with X-Poundkey-Secret'],
    ['a body', 'proxy_pass_request_body off;', '', 'the body of the request is passed on'],
    ['the length of a body', 'proxy_set_header Content-Length "";', '', 'Content-Length is passed on'],
    ['no address', /proxy_set_header X-Real-IP.*\n/, '', 'no proxy_set_header with X-Real-IP'],
    [
      'one answer for all',
      'proxy_cache off;',
      'proxy_cache all;',
      'proxy_cache is on, and its key has no $http_authorization',
    ],
    [
      'an answer that is kept',
      'proxy_cache off;',
      'proxy_cache all; proxy_cache_key $http_authorization;',
      'proxy_cache is on',
    ],
    [
      'a cache of all',
      /proxy_cache off;|access_log off;/,
      'proxy_cache all;',
      'proxy_cache is on, and its key has no $http_authorization',
    ],
  ])('%s', (_, from, to, says) => {
    expect(said(inNginx(from, to))).toEqual([says]);
  });

  it('other servers that are asked are none of ours', () => {
    expect(
      inNginx(
        /(as_secret-of-the-web-server;)/g,
        '$1\n } location = /other { proxy_pass http://10.0.0.1/ask;',
      ),
    ).toHaveLength(1);
  });
});

describe('behind a balancer', () => {
  const balanced = NGINX.replaceAll(/(listen \d+(?: ssl)?);/g, '$1 proxy_protocol;')
    .replaceAll('# set_real_ip_from', 'set_real_ip_from')
    .replaceAll('# real_ip_header', 'real_ip_header');
  const inBalanced = (from: string | RegExp, to: string) =>
    said(findingsOf({ nginx: changed(balanced, from, to), dovecot: null }));
  const servers = NGINX.match(/^ *listen /gm)?.length ?? 0;

  it('the sample is as it must be once what it says about one is done', () => {
    expect(servers).toBe(5);
    expect(findingsOf({ nginx: balanced, dovecot: DOVECOT })).toEqual([]);
  });

  it('one that is not believed, and one that anybody can claim to be', () => {
    const nobody = 'listen has proxy_protocol, and there is no set_real_ip_from';
    expect(inBalanced(/ set_real_ip_from .*\n/, '\n')).toEqual(Array(servers).fill(nobody));
    for (const all of ['0.0.0.0/0', '::/0'])
      expect(inBalanced('set_real_ip_from 10.0.0.5', `set_real_ip_from ${all}`)).toEqual(
        Array(servers).fill(`set_real_ip_from is ${all}`),
      );
  });

  it('an address that web clients write themselves', () => {
    expect(inBalanced(/ real_ip_header .*\n/, '\n')).toEqual([
      'listen has proxy_protocol, and real_ip_header is not set, so it is X-Real-IP',
    ]);
    expect(inBalanced('real_ip_header proxy_protocol', 'real_ip_header X-Forwarded-For')).toEqual([
      'listen has proxy_protocol, and real_ip_header is X-Forwarded-For',
    ]);
  });
});

describe('in Dovecot', () => {
  it('a cache of what was right', () => {
    expect(inDovecot('auth_cache_size = 0', 'auth_cache_size = 10 M')).toEqual([
      {
        where: 'Dovecot',
        says: 'auth_cache_size is 10 M',
        right: 'auth_cache_size = 0',
        why: expect.stringContaining('kept for an hour'),
      },
    ]);
  });

  it('few sessions where all devices have one address, and half of the PROXY protocol', () => {
    const few = 'mail_max_userip_connections is 10, and Dovecot is not told the addresses of clients';
    expect(said(inDovecot('haproxy = yes', ''))).toEqual([few]);
    expect(said(inDovecot(/haproxy_trusted_networks.*\n|mail_max_userip.*\n/g, ''))).toEqual([few]);
    const enough = changed(DOVECOT, 'mail_max_userip_connections = 10', 'mail_max_userip_connections = 50');
    expect(findingsOf({ nginx: null, dovecot: changed(enough, 'haproxy = yes', '') })).toEqual([]);
    const without = changed(NGINX, 'proxy_protocol on;', '');
    expect(said(findingsOf({ nginx: without, dovecot: changed(enough, 'haproxy = yes', '') }))).toEqual([]);
    expect(said(findingsOf({ nginx: NGINX, dovecot: changed(enough, 'haproxy = yes', '') }))).toEqual([
      'nginx speaks the PROXY protocol, and not every listener of Dovecot expects it',
    ]);
    expect(said(findingsOf({ nginx: without, dovecot: DOVECOT }))).toEqual([
      few,
      'Dovecot expects the PROXY protocol, and not every mail server of nginx speaks it',
    ]);
  });
});

describe('the command', () => {
  const away = () => Promise.reject(new Error('the registry is away'));
  const run = (...words: string[]) => runCommand(['check-older-apps', ...words], away, away);
  const fileOf = (text: string) => {
    const directory = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'file');
    writeFileSync(file, text);
    return file;
  };

  it('needs no registry, says what is wrong and how it is right, and exits with 1', async () => {
    const dovecot = join(SAMPLES, 'dovecot.conf');
    expect(await run('--dovecot', dovecot, '--nginx', join(SAMPLES, 'nginx.conf'))).toEqual({
      exitCode: 0,
      output: 'Nothing wrong was found.',
      errors: '',
    });
    const wrong = await run('--nginx', fileOf(changed(NGINX, 'starttls only', 'starttls on')));
    expect(wrong).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('Right: listen … ssl; or starttls only;'),
    });
    for (const secret of ['secret-of-the', 'mail-backend-password'])
      expect(wrong.output).not.toContain(secret);
    expect(
      JSON.parse((await run('--dovecot', fileOf('auth_cache_size = 1 k'), '--json')).output),
    ).toHaveLength(2);
  });

  it('refuses what is no configuration', async () => {
    for (const words of [
      [],
      ['--nginx', '-', '--dovecot', '-'],
      ['--nginx', '/nowhere'],
      ['--dovecot', fileOf('hello')],
      ['--nginx', fileOf('hello')],
    ])
      expect(await run(...words), words.join(' ')).toMatchObject({ exitCode: 2, output: '' });
  });
});
