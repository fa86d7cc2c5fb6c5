import { isIP } from 'node:net';
import { z } from 'zod';
import type { MailBackends } from '../../domain/older-app-settings.ts';
import type { Logger } from '../../log.ts';
import { noBody } from '../../platform/http/answers.ts';
import { defineRouteSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import type { SignIn } from '../check/check.ts';
import { decodedOnce } from './decode.ts';
import {
  type AskingServer,
  createIdentifyServer,
  inNameOfServer,
  loggedServer,
  type SayHidden,
} from './identify-server.ts';
import { acceptedMail, type MailRefusal, readProtocol, refusedMail } from './mail-answers.ts';
import type { ObservedCheck } from './observed-check.ts';

/** What the set needs. */
export interface MailSetDeps {
  check: ObservedCheck;
  sayHidden: SayHidden;
  backends: MailBackends | null;
  log: Pick<Logger, 'warn'>;
}

/** What nginx sends; of what it says about the client, only the address is used. A header that comes twice is refused. */
const AskedHeaders = z.object({
  'auth-method': z.string().optional(),
  'auth-user': z.string().default(''),
  'auth-pass': z.string().default(''),
  'auth-protocol': z.string().optional(),
  'auth-login-attempt': z.string().optional(),
  'auth-ssl': z.string().optional(),
  'client-ip': z.string().optional(),
});

type Asked = z.output<typeof AskedHeaders>;

/** `/mail`, for `auth_http` of nginx's mail module: HTTP/1.0, and every answer is a 200 that its headers explain. */
export function createMailSet(deps: MailSetDeps) {
  return defineRouteSet({
    under: '/mail',
    body: 'none',
    identify: createIdentifyServer(deps.check, deps.sayHidden, 'mail', readSignIn),
    whileDraining: 'answer',
    // Nobody but nginx reads it, which stores nothing and wants few bytes.
    mayBeStored: true,
    otherMethods: 'notFound',
    security: null,
    inNameOf: inNameOfServer,
    logged: loggedServer,
    routes: [mailRoute(deps)],
  });
}

function mailRoute(deps: MailSetDeps) {
  return routeDefiner<AskingServer>()({
    method: 'get',
    path: '/mail',
    summary: 'Check the app password of a mail client, and say where its mail is',
    operationId: 'checkMail',
    query: unchecked,
    headers: AskedHeaders,
    responses: { 200: noBody('Auth-Status says whether it is right') },
    problems: [],
    async handle({ headers, caller }) {
      return { status: 200, body: null, headers: await answer(deps, headers, caller) };
    },
  });
}

async function answer({ check, backends, log }: MailSetDeps, headers: Asked, { asked }: AskingServer) {
  const protocol = readProtocol(headers['auth-protocol']);
  const attempt = Number(headers['auth-login-attempt'] ?? 1);
  const refuse = (refusal: MailRefusal) => refusedMail(refusal, protocol, attempt);
  if (headers['auth-method'] !== METHOD || protocol === null) return refuse('method');
  if (!isPrivate(headers)) return refuse('notEncrypted');
  const checked = asked && (await check.decide(asked.looked, protocol));
  if (checked === null) return refuse('unavailable');
  if (checked.result === 'limited') return refuse('limited');
  if (checked.result !== 'right') return refuse('wrong');
  const accepted = acceptedMail(checked.mailbox, protocol, backends);
  if (accepted !== null) return accepted;
  log.warn({ protocol }, 'a mail client was let in, but MAIL_BACKENDS names no server for its protocol');
  return refuse('unavailable');
}

/** CRAM-MD5 and APOP need the password itself, EXTERNAL none, and `none` is no sign-in at all. */
const METHOD = 'plain';

function readSignIn(header: IncomingRequest['header']): SignIn | null {
  if (header('Auth-Method') !== METHOD) return null;
  return {
    userName: decodedOnce(header('Auth-User') ?? ''),
    password: decodedOnce(header('Auth-Pass') ?? ''),
    address: header('Client-IP'),
  };
}

/** Whether nobody on the way could read the password: the client used TLS, or is on the mail server itself. */
function isPrivate(headers: Asked): boolean {
  const address = headers['client-ip'] ?? '';
  const isLocal = address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
  return headers['auth-ssl'] === 'on' || isLocal;
}
