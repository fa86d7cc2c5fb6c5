/** The HTTP side of a service: an Express app made of route sets. */
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ServiceError } from '../../errors.ts';
import { answerProblem } from './answer-problem.ts';
import type { ApiInfo } from './api-info.ts';
import { documentationSet } from './documentation.ts';
import { closeWhileDraining } from './draining.ts';
import { addressFinder } from './likely-address.ts';
import { type MountedSet, mountSet } from './mount-sets.ts';
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
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[];
  /** The head of `/openapi.json`. */
  info: ApiInfo;
}

/**
 * An Express app that serves the sets, `GET /openapi.json` and the page `GET /docs`. Every failure is answered as
 * `application/problem+json` (RFC 9457); every request has an id and one log line.
 */
export function createHttpApp(options: HttpAppOptions): Express {
  const { sets, log, isDraining, traceRequests, info, trustedProxies = [] } = options;
  const app = express();
  app.set('trust proxy', [...trustedProxies]);
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.use(giveContext(requestLog(log)), securityHeaders(), closeWhileDraining(isDraining));
  if (traceRequests) app.use(traceRequests);
  const all = [...sets, documentationSet(sets, info)];
  for (const set of all) mountSet(app, set, isDraining);
  app.use(refuseUnknown(all));
  app.use(answerProblem(log));
  return app;
}

/** Answers 404 and names the address that was probably meant. */
function refuseUnknown(sets: readonly MountedSet[]): RequestHandler {
  const likelyAddress = addressFinder(
    sets.filter(({ otherMethods, unlisted }) => otherMethods !== 'notFound' && !unlisted),
  );
  return (req) => {
    const meant = likelyAddress(req.path);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    const detail = `This address does not exist.${hint} GET /openapi.json lists those that do.`;
    throw new ServiceError('route.notFound', detail);
  };
}
