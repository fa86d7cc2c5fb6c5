import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { ErrorCode } from '../../errors.ts';
import type { ProblemPage } from './problem-page.ts';

/** Request ids that are taken over from the client; others could break lines or fill the log. */
const ACCEPTED_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** What is known of a request while it is answered. */
export interface RequestContext {
  requestId: string;
  /** What of its caller is logged, once the caller is known. */
  caller: Readonly<Record<string, string>> | undefined;
  /** The code of the problem it is answered with. */
  code: ErrorCode | undefined;
  /** Shows a problem to a person; without it, problems are answered to programs. */
  problemPage?: ProblemPage;
}

/**
 * Gives each request an id (the client's `X-Request-Id` if it is 1-64 letters, digits, `.`, `_` or `-`), echoes it,
 * and writes one log line when the answer is out or the client is gone: id, method, route pattern, status, ms, what of
 * the caller may be logged, and the code of a refusal. Never the URL, which may hold identifiers and queries.
 */
export function giveContext(log: Pick<Logger, 'info'>): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const offered = req.headers['x-request-id'];
    const requestId = typeof offered === 'string' && ACCEPTED_ID.test(offered) ? offered : randomUUID();
    const context: RequestContext = { requestId, caller: undefined, code: undefined };
    res.locals.context = context;
    res.setHeader('X-Request-Id', requestId);
    res.once('close', () => {
      const line = lineOf(req, res, context, Math.round(performance.now() - started));
      if (res.writableFinished) log.info(line, 'request answered');
      else log.info(line, 'the client closed the connection before the answer was complete');
    });
    next();
  };
}

function lineOf(
  req: Request,
  res: Response,
  { requestId, caller, code }: RequestContext,
  ms: number,
): object {
  const route = req.route === undefined ? 'none' : `${req.baseUrl}${req.route.path}`;
  return Object.assign({ requestId, method: req.method, route, status: res.statusCode, ms }, caller, {
    code,
  });
}

/** What `giveContext` keeps of the request that is answered. */
export function contextOf(res: Response): RequestContext {
  return res.locals.context as RequestContext;
}

/** A log for request lines. They have no field that could be a secret, so the search for secrets, which costs more than the line itself, is left out. */
export function requestLog(log: Logger): Logger {
  return log.child({}, { redact: [] });
}
