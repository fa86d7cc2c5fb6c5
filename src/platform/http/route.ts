/** A route as data: what it takes, what it answers, how it can fail. Served by `http-server.ts`, described by `openapi.ts`. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';

/** The methods a route may have. */
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * One successful answer: what it means and the shape of its body. Fields outside the schema never leave the process.
 * `media`: `json` by default; `events` for a stream (see `eventStream`), `none` for an answer without a body.
 */
export interface ResponseSpec {
  description: string;
  schema: z.ZodType;
  media?: 'json' | 'events' | 'none';
}

/** Takes an answer over whose head is out: writes to it as long as it goes on, and ends it. */
export type TakeOver = (res: ServerResponse) => void;

/** An answer that is a stream of server-sent events: the route's body is what takes the connection over. */
export function eventStream(description: string) {
  const schema = z
    .custom<TakeOver>((value) => typeof value === 'function')
    .meta({ override: { type: 'string' } });
  return { description, schema, media: 'events' } as const;
}

/** An answer without a body. */
export function noBody(description: string) {
  return { description, schema: z.null(), media: 'none' } as const;
}

/** What a route answers: a declared status with a body of its shape, and further headers by name. */
type RouteAnswer<Responses extends Record<number, ResponseSpec> = Record<number, ResponseSpec>> = {
  [Status in keyof Responses & number]: {
    status: Status;
    body: z.input<Responses[Status]['schema']>;
    headers?: Record<string, string>;
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

type NoFields = z.ZodObject<Record<never, z.ZodType>, z.core.$strict>;

/** A route as its author writes it; see `routeDefiner`. */
export interface RouteSpec<
  Caller,
  Responses extends Record<number, ResponseSpec>,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
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
  responses: Responses;
  /** The errors of its own; those of every route (key, body, availability) are added. */
  problems: ErrorCode[];
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
  params: z.ZodObject;
  query: z.ZodObject;
  headers: z.ZodObject;
  body: z.ZodType;
  /** False when the route takes no body; nothing or `{}` may be sent then. */
  hasBody: boolean;
  responses: Record<number, ResponseSpec>;
  problems: ErrorCode[];
  handle(
    input: RouteInput<Caller>,
  ): Promise<{ status: number; body: unknown; headers?: Record<string, string> }>;
}

/**
 * Returns the `defineRoute` for routes whose callers have the type `Caller` (what `authenticate` returns).
 * `defineRoute` infers the types that `handle` takes and gives from the schemas; it throws an `Error` when the
 * parameters in the path are not those in `params`.
 */
export function routeDefiner<Caller>() {
  return function defineRoute<
    const Responses extends Record<number, ResponseSpec>,
    Params extends z.ZodObject = NoFields,
    Query extends z.ZodObject = NoFields,
    Headers extends z.ZodObject = NoFields,
    Body extends z.ZodType = NoFields,
  >(spec: RouteSpec<Caller, Responses, Params, Query, Headers, Body>): Route<Caller> {
    checkPathParameters(spec.path, spec.params);
    return {
      ...spec,
      params: strict(spec.params),
      query: strict(spec.query),
      headers: strict(spec.headers),
      body: spec.body instanceof z.ZodObject || spec.body === undefined ? strict(spec.body) : spec.body,
      hasBody: spec.body !== undefined,
    };
  };
}

function strict(schema: z.ZodObject | undefined): z.ZodObject {
  return (schema ?? z.object({})).strict();
}

function checkPathParameters(path: string, params: z.ZodObject | undefined): void {
  const inPath = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]).sort();
  const described = Object.keys(params?.shape ?? {}).sort();
  if (inPath.join() !== described.join()) {
    throw new Error(
      `The route ${path} has the parameters [${inPath}] in its path but describes [${described}]. Make them equal.`,
    );
  }
}
