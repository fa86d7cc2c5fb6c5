/** A route as data: what it takes, what it answers, how it can fail. Served as part of a `route-set.ts`, described by `openapi.ts`. */
import { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';
import type { AnswerHeaders, ResponseSpec } from './answers.ts';

/** The methods a route may have. */
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * For a part of a request that a route does not check, because whoever identified the caller has read it or because
 * nothing depends on it: `query: unchecked`. The route is given it as `unknown`.
 */
export const unchecked = z.unknown();

type Fields = z.ZodObject | typeof unchecked;

/** What a route answers: a declared status with a body of its shape, and further headers by name. */
type RouteAnswer<Responses extends Record<number, ResponseSpec> = Record<number, ResponseSpec>> = {
  [Status in keyof Responses & number]: {
    status: Status;
    body: z.input<Responses[Status]['schema']>;
    headers?: AnswerHeaders;
  };
}[keyof Responses & number];

/** The parsed request, and who sent it. */
export interface RouteInput<Caller, Params = unknown, Query = unknown, Headers = unknown, Body = unknown> {
  params: Params;
  query: Query;
  headers: Headers;
  body: Body;
  caller: Caller;
}

/**
 * Which of its scopes a caller must have; null: any caller may. Required of routes whose callers have `scopes`, and
 * meaningless for others.
 */
type NeededScope<Caller> = Caller extends { scopes: readonly (infer Scope)[] }
  ? { scope: Scope | null }
  : { scope?: never };

type NoFields = z.ZodObject<Record<never, z.ZodType>, z.core.$strict>;

/** A route as its author writes it; see `routeDefiner`. */
export interface RouteSpec<
  Caller,
  Responses extends Record<number, ResponseSpec>,
  Params extends Fields,
  Query extends Fields,
  Headers extends z.ZodObject,
  Body extends z.ZodType,
> {
  method: Method;
  /** Express path, such as `/v1/things/:id`. */
  path: `/${string}`;
  summary: string;
  /** Unique among all routes; generated clients call their function so. */
  operationId: string;
  params?: Params;
  query?: Query;
  /** Header names in lower case. Headers that are not named here are ignored. */
  headers?: Headers;
  body?: Body;
  /** The largest JSON body that is taken, in bytes; 16 kB when left out. */
  mostBytes?: number;
  responses: Responses;
  /** The errors of its own; those of every route of its set (caller, body, availability) are added. */
  problems: readonly ErrorCode[];
  handle(
    input: RouteInput<Caller, z.output<Params>, z.output<Query>, z.output<Headers>, z.output<Body>>,
  ): Promise<RouteAnswer<NoInfer<Responses>>>;
}

/** A route ready to be served: every part has a schema, and objects refuse fields they do not know. */
export interface Route<Caller> {
  method: Method;
  path: `/${string}`;
  summary: string;
  operationId: string;
  /** The scope that the caller must have; null: none. */
  scope: string | null;
  params: Fields;
  query: Fields;
  headers: z.ZodObject;
  body: z.ZodType;
  /** False when the route describes no body. Unless it is `unchecked`, nothing or `{}` may be sent then. */
  hasBody: boolean;
  /** The largest JSON body that is taken, in bytes; 16 kB when left out. */
  mostBytes?: number;
  responses: Record<number, ResponseSpec>;
  problems: readonly ErrorCode[];
  // A property and no method: a route fits callers who are at least what it wants, and no others.
  handle: (input: RouteInput<Caller>) => Promise<{ status: number; body: unknown; headers?: AnswerHeaders }>;
}

/**
 * Returns the `defineRoute` for routes whose callers have the type `Caller`: what the `identify` of their set returns has at least this.
 * `defineRoute` infers the types that `handle` takes and gives from the schemas; it throws an `Error` when the
 * parameters in the path are not those in `params`.
 */
export function routeDefiner<Caller>() {
  return function defineRoute<
    const Responses extends Record<number, ResponseSpec>,
    Params extends Fields = NoFields,
    Query extends Fields = NoFields,
    Headers extends z.ZodObject = NoFields,
    Body extends z.ZodType = NoFields,
  >(spec: RouteSpec<Caller, Responses, Params, Query, Headers, Body> & NeededScope<Caller>): Route<Caller> {
    const body: z.ZodType | undefined = spec.body;
    if (spec.params !== unchecked) checkPathParameters(spec.path, spec.params);
    return {
      ...spec,
      scope: (spec as { scope?: string | null }).scope ?? null,
      params: strict<Fields>(spec.params),
      query: strict<Fields>(spec.query),
      headers: strict<z.ZodObject>(spec.headers),
      body: strict(body),
      hasBody: body !== undefined && body !== unchecked,
      handle: spec.handle as Route<Caller>['handle'],
    };
  };
}

/** Objects refuse fields they do not know; a part that is not described refuses every field. */
function strict<Part extends z.ZodType>(part: Part | undefined): Part {
  const schema = part ?? z.object({});
  return (schema instanceof z.ZodObject ? schema.strict() : schema) as Part;
}

function checkPathParameters(path: string, params: Fields | undefined): void {
  const inPath = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]).sort();
  const described = Object.keys(params instanceof z.ZodObject ? params.shape : {}).sort();
  if (inPath.join() !== described.join()) {
    throw new Error(
      `The route ${path} has the parameters [${inPath}] in its path but describes [${described}]. Make them equal.`,
    );
  }
}
