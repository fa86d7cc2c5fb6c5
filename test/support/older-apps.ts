/** Web and mail servers that have app passwords checked, as they look from Poundkey. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { MAIL } from '../../src/app-passwords/older-apps/app-servers.ts';
import type { OlderAppsConfig } from '../../src/domain/older-app-settings.ts';
import type { World } from './world.ts';

/** What the mail backends take, in tests. */
export const BACKEND_PASSWORD = 'backend-password-of-the-tests-0123456789';

/** Settings for a port of its own, with backends that nobody listens on. */
export const OLDER_APPS: OlderAppsConfig = {
  host: '127.0.0.1',
  port: 0,
  mail: {
    at: { imap: { host: '127.0.0.1', port: 10_143 }, smtp: { host: '127.0.0.1', port: 10_587 } },
    password: BACKEND_PASSWORD,
  },
  proxies: ['10.9.0.0/16'],
};

/** An answer as it came, head and all. */
export interface RawAnswer {
  status: number;
  /** Names in lower case; values as bytes, one character for each. */
  headers: Record<string, string>;
  bytes: number;
}

/** Sends bytes on a connection of their own, and reads the answer until it ends. */
export async function sendRaw(url: string, request: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setEncoding('latin1');
  socket.write(Buffer.from(request, 'latin1'));
  const answer = await text(socket);
  const [head = ''] = answer.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [
    line.replace(/:.*/s, '').toLowerCase(),
    line.replace(/^[^:]*: */, ''),
  ]);
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), bytes: answer.length };
}

/** A request as nginx sends it: HTTP/1.0, and the connection ends with the answer. */
export function nginxRequest(path: string, headers: readonly (readonly [string, string])[]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.0\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`;
}

/** `user:password` in base64, from UTF-8 or as given. */
export function basic(userName: string, password: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  return `Basic ${Buffer.from(`${userName}:${password}`, encoding).toString('base64')}`;
}

/** Bytes of UTF-8 as a header carries them, escaped as nginx does. */
function mailEscaped(value: string): string {
  const code = (byte: string) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return Buffer.from(value, 'utf8')
    .toString('latin1')
    .replaceAll(/[^\x21-\x24\x26-\x7e\x80-\xff]/g, code);
}

/** Ways of typing an app password that is shown in groups with spaces. */
export function typedForms(password: string): string[] {
  const bare = password.replaceAll(' ', '');
  return [
    ...[password, bare, bare.toUpperCase(), password.replaceAll(' ', '-'), ` ${password} `, `${bare}\t`],
    ...[
      password.replaceAll(' ', '\u00a0'),
      password.replaceAll(' ', '\u2011'),
      password.replaceAll(' ', ' – '),
    ],
    ...[bare[0]?.toUpperCase() + bare.slice(1), password.replaceAll(' ', '\u200b'), `\ufeff${password}`],
  ];
}

/** A web and a mail server of a tenant, or of all (null). */
export async function appServersOf(world: World, tenantId: string | null = 'contoso') {
  const { appServers } = world.service;
  const create = (service: string) => appServers.create({ name: service, tenantId, service });
  const [web, mail] = [await create('http'), await create(MAIL)];
  const url = () => world.service.olderAppsUrl ?? '';
  return {
    web,
    mail,
    /** Asks as nginx's `auth_request` does. */
    askBasic: (authorization: string | null, address = '198.51.100.7', secret = web.secret) =>
      sendRaw(
        url(),
        nginxRequest('/basic', [
          ['X-Poundkey-Secret', secret],
          ['X-Real-IP', address],
          ...(authorization === null ? [] : ([['Authorization', authorization]] as const)),
        ]),
      ),
    /** Asks as nginx's mail module does; `more` comes last and replaces nothing. */
    askMail: (
      userName: string,
      password: string,
      {
        protocol = 'imap',
        attempt = 1,
        address = '198.51.100.7',
        method = 'plain',
        ssl = true,
        more = [],
      }: MailQuestion = {},
    ) =>
      sendRaw(
        url(),
        nginxRequest('/mail', [
          ['Auth-Method', method],
          ['Auth-User', mailEscaped(userName)],
          ['Auth-Pass', mailEscaped(password)],
          ['Auth-Protocol', protocol],
          ['Auth-Login-Attempt', String(attempt)],
          ['Client-IP', address],
          ['Client-Host', '[UNAVAILABLE]'],
          ['X-Poundkey-Secret', mail.secret],
          ...(ssl ? ([['Auth-SSL', 'on']] as const) : []),
          ...more,
        ]),
      ),
  };
}

/** What may differ from an ordinary sign-in over IMAP. */
export interface MailQuestion {
  protocol?: string;
  attempt?: number;
  address?: string;
  method?: string;
  ssl?: boolean;
  more?: readonly (readonly [string, string])[];
}

/** Makes an app password over the API; resolves to its id, and to its letters in groups. */
export async function makeAppPassword(world: World, userId: string, wanted: object = {}, api = world.api) {
  const path = `/v1/users/${encodeURIComponent(userId)}/app-passwords`;
  const { status, body } = await api('POST', path, { name: 'Phone', ...wanted });
  if (status !== 201) throw new Error(`not made: ${JSON.stringify(body)}`);
  return { id: body.appPasswordId as string, password: body.appPassword as string };
}
