import type { Express, Request, RequestHandler, Response } from 'express';
import { ServiceError } from '../../errors.ts';
import { readRequest } from './read-request.ts';
import type { ResponseSpec, Route, TakeOver } from './route.ts';

/** Finds out who calls, from the `Authorization` header. Throws a `ServiceError` of status 401 when it is nobody known. */
export type Authenticate<Caller> = (authorization: string | undefined) => Promise<Caller>;

/** Serves the routes, and answers 405 with `Allow` for their paths with other methods. */
export function mountRoutes<Caller>(
  app: Express,
  routes: Route<Caller>[],
  authenticate: Authenticate<Caller>,
): void {
  for (const route of routes) app[route.method](route.path, serve(route, authenticate));
  const byPath = Map.groupBy(routes, (route) => route.path);
  for (const [path, onPath] of byPath) app.all(path, refuseMethod(onPath.map((route) => route.method)));
}

/** Answers 405 and names the methods that are allowed; HEAD comes with GET (RFC 9110, section 9.3.2). */
export function refuseMethod(methods: string[]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  return (_req, res) => {
    res.setHeader('Allow', allowed.join(', '));
    throw new ServiceError('route.methodNotAllowed', `Use one of these methods here: ${allowed.join(', ')}.`);
  };
}

function serve<Caller>(route: Route<Caller>, authenticate: Authenticate<Caller>): RequestHandler {
  return async (req: Request, res: Response) => {
    const caller = await authenticate(req.get('authorization'));
    const answer = await route.handle({ ...(await readRequest(route, req, res)), caller });
    const spec = route.responses[answer.status];
    if (!spec) throw new Error(`${route.operationId} answered ${answer.status}, which it does not declare.`);
    res.status(answer.status).set(answer.headers ?? {});
    send(res, spec, spec.schema.parse(answer.body));
  };
}

function send(res: Response, { media = 'json' }: ResponseSpec, body: unknown): void {
  if (media === 'json') return void res.json(body);
  if (media === 'none') return void res.end();
  res.set('Content-Type', 'text/event-stream');
  // The head alone is wanted: nobody would read what follows.
  if (res.req.method === 'HEAD') return void res.end();
  res.flushHeaders();
  (body as TakeOver)(res);
}
