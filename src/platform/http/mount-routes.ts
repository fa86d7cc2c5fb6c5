import type { Express, Request, RequestHandler, Response } from 'express';
import { ServiceError } from '../../errors.ts';
import { readRequest } from './read-request.ts';
import type { Route } from './route.ts';

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
    const schema = route.responses[answer.status]?.schema;
    if (!schema)
      throw new Error(`${route.operationId} answered ${answer.status}, which it does not declare.`);
    res
      .status(answer.status)
      .set(answer.headers ?? {})
      .json(schema.parse(answer.body));
  };
}
