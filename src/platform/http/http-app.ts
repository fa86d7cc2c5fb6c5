/** The HTTP side of a service: an Express app made of route sets. */
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ServiceError } from '../../errors.ts';
import { answerProblem } from './answer-problem.ts';
import { documentationSet } from './documentation.ts';
import { closeWhileDraining } from './draining.ts';
import { type MountedSet, mountSet } from './mount-sets.ts';
import type { ApiInfo } from './openapi.ts';
import { giveContext, requestLog } from './request-context.ts';
import { securityHeaders } from './security-headers.ts';

/** What an app is made of. */
export interface HttpAppOptions {
  /** Those that are asked most often first. */
  sets: readonly MountedSet[];
  log: Logger;
  /** True from the moment the service begins to stop: each set says what becomes of requests from then on. */
  isDraining: () => boolean;
  /** Runs around every request, if requests are traced. */
  traceRequests: RequestHandler | null;
  /** The head of `/openapi.json`. */
  info: ApiInfo;
}

/**
 * An Express app that serves the sets, `GET /openapi.json` and the page `GET /docs`. Every failure is answered as
 * `application/problem+json` (RFC 9457); every request has an id and one log line.
 */
export function createHttpApp({ sets, log, isDraining, traceRequests, info }: HttpAppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.use(giveContext(requestLog(log)), securityHeaders(), closeWhileDraining(isDraining));
  if (traceRequests) app.use(traceRequests);
  for (const set of [...sets, documentationSet(sets, info)]) mountSet(app, set, isDraining);
  app.use(() => {
    const detail = 'This address does not exist. GET /openapi.json lists those that do.';
    throw new ServiceError('route.notFound', detail);
  });
  app.use(answerProblem(log));
  return app;
}
