/** The HTTP side of the service: an Express app made of routes, and a server around it that can be closed in good order. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ServiceError } from '../../errors.ts';
import { answerProblem } from './answer-problem.ts';
import { closeInOrder, trackRunning } from './close-in-order.ts';
import { DOCS_POLICY, serveDocs } from './docs-page.ts';
import { closeWhileDraining, refuseWhileDraining } from './draining.ts';
import { type Authenticate, mountRoutes, refuseMethod } from './mount-routes.ts';
import type { ApiInfo, OpenApiDocument } from './openapi.ts';
import { giveContext } from './request-context.ts';
import type { Route } from './route.ts';
import { securityHeaders } from './security-headers.ts';

/** What an app is made of. */
export interface HttpAppParts<Caller> {
  routes: Route<Caller>[];
  authenticate: Authenticate<Caller>;
  log: Logger;
  /** True from the moment the service begins to stop: `/v1` refuses, what `raw` mounted still answers. */
  isDraining: () => boolean;
  /** Mounts what is no route (webhooks), before the routes. Its errors become problems as well. */
  raw: (app: Express) => void;
  /** The head of `/openapi.json`. */
  info: ApiInfo;
}

/**
 * An Express app that serves the routes, `GET /openapi.json` and the page `GET /docs` (open to all) and what `raw` mounts. Every failure is
 * answered as `application/problem+json` (RFC 9457); every request has an id and one log line.
 */
export function createHttpApp<Caller>(parts: HttpAppParts<Caller>): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.use(giveContext(parts.log), securityHeaders(), closeWhileDraining(parts.isDraining));
  parts.raw(app);
  app.use('/v1', forbidStoring(), refuseWhileDraining(parts.isDraining));
  mountRoutes(app, parts.routes, parts.authenticate);
  serveDescription(app, parts);
  app.use(() => {
    throw new ServiceError(
      'route.notFound',
      'Nothing is served at this address. GET /openapi.json lists what is.',
    );
  });
  app.use(answerProblem(parts.log));
  return app;
}

/** The description is made for the first who asks: few do, and it takes as long as the rest of the app. */
function serveDescription<Caller>(app: Express, { routes, info }: HttpAppParts<Caller>): void {
  let made: Promise<OpenApiDocument> | undefined;
  const description = () => {
    made ??= import('./openapi.ts').then(({ describeRoutes }) => describeRoutes(routes, info));
    return made;
  };
  app
    .get('/openapi.json', async (_req, res) => void res.json(await description()))
    .all('/openapi.json', refuseMethod(['get']));
  const page = async (...[req, res, next]: Parameters<RequestHandler>) =>
    serveDocs(await description())(req, res, next);
  app.get('/docs', securityHeaders(DOCS_POLICY), page).all('/docs', refuseMethod(['get']));
}

/** Keeps answers out of caches: they hold what only the caller may know. */
export function forbidStoring(): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  };
}

/** A server that listens. */
export interface HttpServer {
  /** Where it answers, such as `http://127.0.0.1:3000`. */
  url: string;
  port: number;
  /** Takes no more connections, lets running requests end, and cuts those that have not after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

/** How long clients may take, ms. */
export interface ClientLimits {
  /** For the headers of a request. */
  headersMs: number;
  /** For a whole request. */
  requestMs: number;
}

const CLIENT_LIMITS: ClientLimits = { headersMs: 10_000, requestMs: 20_000 };

/**
 * Listens on `host` and `port` (0: any free one). Clients that take longer than `limits` get 408 and are cut off
 * within a second. Idle connections are kept for 65 s, longer than the proxies in front usually keep theirs.
 * @throws Error when the address cannot be had
 */
export async function listen(
  app: Express,
  address: { host: string; port: number },
  limits: ClientLimits = CLIENT_LIMITS,
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
    },
    app,
  );
  const running = trackRunning(server);
  await startListening(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    close: (limitMs) => {
      closed ??= closeInOrder(server, running, limitMs);
      return closed;
    },
  };
}

async function startListening(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (cause: Error) =>
    reject(
      new Error(`Cannot listen on ${host}, port ${port}: ${cause.message}. Choose another address or port.`, {
        cause,
      }),
    );
  server.once('error', refuse);
  server.listen(port, host, () => {
    server.off('error', refuse);
    resolve();
  });
  await promise;
}
