import { z } from 'zod';
import { noBody } from '../../platform/http/answers.ts';
import { defineRouteSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import type { Checked, SignIn } from '../check/check.ts';
import { bytesOfText, readBasic } from './decode.ts';
import type { AskingServer, createIdentifyServer } from './identify-server.ts';

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="app password", charset="UTF-8"' };

/** What the set needs. */
export interface BasicSetDeps {
  identify: ReturnType<typeof createIdentifyServer>;
  check: (signIn: SignIn) => Promise<Checked | null>;
}

/**
 * `/basic`, for `auth_request` of nginx and what works like it: HTTP Basic in, exactly 204, 401 or 403 out, since nginx
 * takes every other status for an error (ngx_http_auth_request_module); 503 when nothing can be said.
 */
export function createBasicSet({ identify, check }: BasicSetDeps) {
  return defineRouteSet({
    under: '/basic',
    body: 'none',
    identify,
    whileDraining: 'answer',
    mayBeStored: false,
    otherMethods: 'notFound',
    security: null,
    logged: loggedServer,
    routes: [basicRoute(check)],
  });
}

/** What of a server stands in the log line of a request. */
export function loggedServer({ server }: AskingServer): Record<string, string> {
  return server === null ? {} : { appServerId: server.id };
}

function basicRoute(check: BasicSetDeps['check']) {
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
    async handle({ headers, caller: { server } }) {
      const given = readBasic(headers.authorization);
      // Every client first asks without: that is no failure, and neither counted nor logged.
      if (given === null) return { status: 401, body: null, headers: CHALLENGE };
      const address = headers['x-real-ip'];
      const checked =
        server && (await check({ ...given, tenantId: server.tenantId, service: server.service, address }));
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
