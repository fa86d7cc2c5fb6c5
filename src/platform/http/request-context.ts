import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/** Request ids that are taken over from the client; others could break lines or fill the log. */
const ACCEPTED_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Gives each request an id (the client's `X-Request-Id` if it is 1-64 letters, digits, `.`, `_` or `-`), echoes it,
 * and writes one log line when the answer is out or the client is gone: method, route pattern, status, ms, id. Never
 * the URL, which may hold identifiers and queries.
 */
export function giveContext(log: Pick<Logger, 'info'>): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const offered = req.get('x-request-id') ?? '';
    const requestId = ACCEPTED_ID.test(offered) ? offered : randomUUID();
    res.locals.requestId = requestId;
    res.setHeader('X-Request-Id', requestId);
    res.once('close', () => {
      const ms = Math.round(performance.now() - started);
      const route = req.route === undefined ? 'none' : `${req.baseUrl}${req.route.path}`;
      const line = { requestId, method: req.method, route, status: res.statusCode, ms };
      if (res.writableFinished) log.info(line, 'request answered');
      else log.info(line, 'request abandoned by the client');
    });
    next();
  };
}

/** The id that `giveContext` gave the request. */
export function requestIdOf(res: Response): string {
  return String(res.locals.requestId);
}
