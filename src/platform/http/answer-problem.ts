import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import type { ErrorCode } from '../../errors.ts';
import { toProblem } from './problem.ts';
import { contextOf } from './request-context.ts';

/** Refusals that are no fault: the line of the request has their code. */
const EXPECTED: readonly ErrorCode[] = ['service.stopping', 'service.busy'];

/**
 * Answers whatever was thrown as `application/problem+json`, or as a page where the route set has one. Faults of ours are logged with their cause; a process that is stopping
 * is not at fault. An answer that has begun cannot become another one: its connection is cut, so that the client does not take it for complete.
 */
export function answerProblem(log: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    const context = contextOf(res);
    const { requestId } = context;
    const problem = toProblem(error, requestId);
    context.code = problem.body.code;
    if (problem.status >= 500 && !EXPECTED.includes(problem.body.code))
      logFault(log, error, requestId, problem.body.code);
    if (res.headersSent) return void res.destroy();
    const shown = context.problemPage?.(problem, { header: (name) => req.get(name) }, error);
    const headers = { ...problem.headers, ...shown?.headers };
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.statusCode = problem.status;
    res.end(shown?.html ?? JSON.stringify(problem.body));
  };
}

function logFault(log: Logger, error: unknown, requestId: string, code: string): void {
  if (code === 'service.internal') log.error({ requestId, code, err: error }, 'request failed');
  else log.warn({ requestId, code, err: error }, 'request refused: temporarily not possible');
}
