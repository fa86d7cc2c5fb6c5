import { z } from 'zod';
import { noBody } from '../../platform/http/answers.ts';
import { defineRouteSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import type { Checked, SignIn } from '../check/check.ts';
import { bytesOfText, readBasic } from './decode.ts';
import {
  type AskingServer,
  createIdentifyServer,
  inNameOfServer,
  loggedServer,
  type SayHidden,
} from './identify-server.ts';
import type { ObservedCheck } from './observed-check.ts';

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="app password", charset="UTF-8"' };

/** How long a wrong one waits for its answer once there were too many, ms; nginx does the same for mail (`Auth-Wait`). */
const HELD_MS = 1_000;
/** How many may wait at once. Beyond it answers go out at once, since each that waits takes up connections. */
const MOST_HELD = 256;

/** What the set needs. */
export interface BasicSetDeps {
  check: ObservedCheck;
  sayHidden: SayHidden;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
}

/**
 * `/basic`, for `auth_request` of nginx and what works like it: HTTP Basic in, exactly 204, 401 or 403 out, since nginx
 * takes every other status for an error (ngx_http_auth_request_module); 503 when nothing can be said.
 */
export function createBasicSet({ check, sayHidden, pause }: BasicSetDeps) {
  return defineRouteSet({
    under: '/basic',
    body: 'none',
    identify: createIdentifyServer(check, sayHidden, 'web', readSignIn),
    whileDraining: 'answer',
    mayBeStored: false,
    otherMethods: 'notFound',
    security: null,
    inNameOf: inNameOfServer,
    logged: loggedServer,
    routes: [basicRoute(check, createHold(pause))],
  });
}

function readSignIn(header: IncomingRequest['header']): SignIn | null {
  const given = readBasic(header('Authorization'));
  return given && { ...given, address: header('X-Real-IP') };
}

/** Makes guesses slow. */
function createHold(pause: BasicSetDeps['pause']) {
  let held = 0;
  return async (): Promise<void> => {
    if (held >= MOST_HELD) return;
    held += 1;
    await pause(HELD_MS).finally(() => {
      held -= 1;
    });
  };
}

function basicRoute({ decide }: Pick<ObservedCheck, 'decide'>, hold: () => Promise<void>) {
  return routeDefiner<AskingServer>()({
    method: 'get',
    path: '/basic',
    summary: 'Check the app password in an Authorization header',
    operationId: 'checkBasic',
    query: unchecked,
    headers: z.object({ authorization: z.string().optional(), 'x-real-ip': z.string().optional() }),
    responses: {
      204: noBody('It is right; X-Poundkey-User names the mailbox'),
      401: noBody('There is none, or it is wrong'),
      403: noBody('There were too many wrong ones; X-Poundkey-Refused says so'),
      503: noBody('The registry cannot be asked'),
    },
    problems: [],
    async handle({ headers, caller: { asked } }) {
      // Every client first asks without: that is no failure, and neither counted nor logged.
      if (readBasic(headers.authorization) === null) return { status: 401, body: null, headers: CHALLENGE };
      const checked = asked && (await decide(asked.looked, asked.server.service));
      if (checked?.result === 'limited') await hold();
      return checked === null ? { status: 503, body: null } : answer(checked);
    },
  });
}

function answer(checked: Checked) {
  if (checked.result === 'right') {
    const headers = {
      'X-Poundkey-User': bytesOfText(checked.mailbox),
      'X-Poundkey-Tenant': checked.tenantId,
    };
    return { status: 204, body: null, headers } as const;
  }
  if (checked.result === 'limited')
    return { status: 403, body: null, headers: { 'X-Poundkey-Refused': 'limited' } } as const;
  return { status: 401, body: null, headers: CHALLENGE } as const;
}
