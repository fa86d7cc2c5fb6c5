/** An app for servers that read little more than the status of an answer and headers of their own. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { MountedSet } from './mount-sets.ts';
import { mountSet } from './mount-sets.ts';
import { toServiceError } from './problem.ts';
import { contextOf, giveContext, requestLog } from './request-context.ts';

/**
 * An Express app that serves the sets and says nothing else: no id of the request, none of the headers for browsers, no
 * description, and no body with a failure.
 */
export function createBareApp({
  sets,
  log,
  isDraining,
}: {
  sets: readonly MountedSet[];
  log: Logger;
  isDraining: () => boolean;
}): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.use(giveContext(requestLog(log)), withoutId());
  for (const set of sets) mountSet(app, set, isDraining);
  app.use((_req, res) => {
    res.statusCode = 404;
    res.end();
  });
  app.use(answerStatus(log));
  return app;
}

function withoutId(): RequestHandler {
  return (_req, res, next) => {
    res.removeHeader('X-Request-Id');
    next();
  };
}

function answerStatus(log: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _req, res, _next) => {
    const context = contextOf(res);
    const { code, status } = toServiceError(error);
    context.code = code;
    if (status >= 500) log.warn({ requestId: context.requestId, code, err: error }, 'request failed');
    if (res.headersSent) return void res.destroy();
    res.statusCode = status;
    res.end();
  };
}
