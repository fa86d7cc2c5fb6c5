/** The REST API: Calls and Messages, in the version of 2010-04-01. */
import { type ErrorRequestHandler, type Request, Router, urlencoded } from 'express';
import { type AnswerDeps, createAnswerRest, holdUntilClosed } from './answer-rest.ts';
import { authenticate } from './authenticate.ts';
import type { Call } from './call.ts';
import { formOf, text } from './call-request.ts';
import { callResource } from './call-resource.ts';
import type { Dialect } from './dialect.ts';
import type { Exchange } from './exchange.ts';
import { listCalls } from './list-calls.ts';
import { errorBody, notFound, RestError } from './rest-errors.ts';
import type { TextExchange } from './text-exchange.ts';
import { addTextRoutes } from './text-routes.ts';

/** What the REST API needs. `credentials` maps each user of HTTP Basic to its password. */
export interface RestDeps extends AnswerDeps {
  accountSid: string;
  credentials: ReadonlyMap<string, string>;
  exchange: Exchange;
  texts: TextExchange;
  dialect: Dialect;
}

/** The routes below the version, `/2010-04-01`; all else there is 404 with 20404. */
export function createRestRoutes(deps: RestDeps): Router {
  const { exchange, dialect } = deps;
  const answer = createAnswerRest(deps);
  const root = `${dialect.basePath}/2010-04-01/Accounts/${deps.accountSid}`;
  const routes = Router();

  routes.use((req, res, next) => {
    holdUntilClosed(deps.time, req, res);
    next();
  });
  routes.use(authenticate(deps.credentials));
  routes.use(urlencoded({ extended: false }));

  const found = (req: Request): Call => {
    const call = exchange.find(String(req.params.sid));
    if (!call) throw notFound(req.originalUrl);
    return call;
  };

  routes
    .route(`${root}/Calls.json`)
    .post((req, res) => {
      const form = formOf(req);
      answer(req, res, { operation: 'create', to: text(form, 'To') }, () => ({
        status: 201,
        body: callResource(dialect, exchange.create(form)),
      }));
    })
    .get((req, res) => {
      const { pathname, searchParams } = new URL(req.originalUrl, 'http://simulator');
      answer(req, res, { operation: 'list', to: searchParams.get('To') }, () => ({
        status: 200,
        body: listCalls(dialect, exchange.all(), pathname, searchParams),
      }));
    });

  routes
    .route(`${root}/Calls/:sid.json`)
    .get((req, res) => {
      const call = found(req);
      answer(req, res, { operation: 'fetch', to: call.request.to }, () => ({
        status: 200,
        body: callResource(dialect, call),
      }));
    })
    .post((req, res) => {
      const call = found(req);
      answer(req, res, { operation: 'update', to: call.request.to }, () => {
        exchange.update(call, formOf(req));
        return { status: 200, body: callResource(dialect, call) };
      });
    });

  addTextRoutes(routes, root, answer, deps);
  routes.use((req, _res, next) => next(notFound(req.originalUrl)));
  routes.use(createRenderError(dialect));
  return routes;
}

/** What was refused, in the provider's shape; anything else (a body that cannot be read, a fault of ours) as 20001 or 20500. */
function createRenderError(dialect: Dialect): ErrorRequestHandler {
  return (error: Error & { status?: number }, _req, res, _next) => {
    if (error instanceof RestError) return void res.status(error.status).json(errorBody(error, dialect));
    const status = error.status ?? 500;
    const code = status < 500 ? 20001 : 20500;
    res.status(status).json(errorBody({ status, code, message: error.message }, dialect));
  };
}
