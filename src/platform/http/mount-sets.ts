import type { Express, RequestHandler } from 'express';
import { ServiceError } from '../../errors.ts';
import { refuseWhileDraining } from './draining.ts';
import type { ProblemPage } from './problem-page.ts';
import { contextOf } from './request-context.ts';
import type { Route } from './route.ts';
import type { Bodies, RouteSet } from './route-set.ts';
import { forbidStoring } from './security-headers.ts';
import { serveRoute } from './serve-route.ts';

/** A set whose kind of caller is known to itself alone, so that sets of all kinds stand in one list. */
export interface MountedSet
  extends Pick<
    RouteSet<never>,
    | 'under'
    | 'body'
    | 'whileDraining'
    | 'mayBeStored'
    | 'otherMethods'
    | 'security'
    | 'problemPage'
    | 'unlisted'
  > {
  routes: readonly Route<never>[];
  /** What answers each route, in their order. */
  handlers: readonly RequestHandler[];
}

/**
 * Makes a set ready to be mounted by `createHttpApp`.
 * @throws Error when the address of a route is not under that of the set
 */
export function defineRouteSet<Caller, Kind extends keyof Bodies>(set: RouteSet<Caller, Kind>): MountedSet {
  const outside = set.routes.find(({ path }) => !isUnder(set.under, path));
  if (outside)
    throw new Error(`The route ${outside.path} is not under ${set.under}, where its set is served.`);
  return { ...set, handlers: set.routes.map((route) => serveRoute(set, route)) };
}

/**
 * Makes a set that is open to everybody: nobody is identified, and its answers may be stored.
 * @param set.isDescribed whether it is in the OpenAPI description; by default it is not
 */
export function defineOpenSet({
  isDescribed = false,
  ...set
}: Pick<RouteSet<null, 'none'>, 'under' | 'routes' | 'unlisted'> & { isDescribed?: boolean }): MountedSet {
  return defineRouteSet({
    ...set,
    body: 'none',
    identify: async () => null,
    whileDraining: 'answer',
    mayBeStored: true,
    otherMethods: 'methodNotAllowed',
    security: isDescribed ? 'none' : null,
  });
}

function isUnder(under: string, path: string): boolean {
  return under === '/' || path === under || path.startsWith(`${under}/`);
}

/** Serves a set. */
export function mountSet(app: Express, set: MountedSet, isDraining: () => boolean): void {
  const { problemPage } = set;
  if (problemPage) app.use(set.under, showProblems(problemPage));
  if (!set.mayBeStored) app.use(set.under, forbidStoring());
  if (set.whileDraining === 'refuse') app.use(set.under, refuseWhileDraining(isDraining));
  for (const [index, { method, path }] of set.routes.entries()) {
    const handler = set.handlers[index];
    if (handler) app[method](path, handler);
  }
  if (set.otherMethods === 'notFound') return;
  const byPath = Map.groupBy(set.routes, (route) => route.path);
  for (const [path, onPath] of byPath) app.all(path, refuseMethod(onPath.map((route) => route.method)));
}

function showProblems(problemPage: ProblemPage): RequestHandler {
  return (_req, res, next) => {
    contextOf(res).problemPage = problemPage;
    next();
  };
}

/** Answers 405 and names the methods that are allowed; HEAD comes with GET (RFC 9110, section 9.3.2). */
export function refuseMethod(methods: string[]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  return (_req, res) => {
    res.setHeader('Allow', allowed.join(', '));
    throw new ServiceError(
      'route.methodNotAllowed',
      `Allowed methods at this address: ${allowed.join(', ')}.`,
    );
  };
}
