/** Routes for one kind of caller, such as backends with an API key or providers that sign what they send. */
import type { ErrorCode } from '../../errors.ts';
import type { Lane } from '../lane.ts';
import type { FormBody } from './form-body.ts';
import type { ProblemPage } from './problem-page.ts';
import type { Route } from './route.ts';

/** The bodies that each kind of route set reads, as `identify` finds them. */
export interface Bodies {
  /** Anything `JSON.parse` returns; `{}` when nothing was sent; `undefined` when it cannot be read. */
  json: unknown;
  /** The text as received, and its fields. */
  form: FormBody;
  /** The text as received, whatever its type: for those who sign what they send. */
  text: string;
  /** A body is neither read nor refused. */
  none: undefined;
}

/** A request in which the caller is looked for. No part of it has been checked by a schema. */
export interface IncomingRequest<Body = unknown> {
  /** The route that is asked for. */
  operationId: string;
  /** Such as `GET`; the handler of GET also gets `HEAD`. */
  method: string;
  /** Path and query exactly as received: what signatures cover. */
  originalUrl: string;
  /** The value of a header; of several, as Node joins them. */
  header(name: string): string | undefined;
  /** The parameters of the path, decoded. They may hold characters that no database stores. */
  params: Readonly<Record<string, string>>;
  /** The parameters of the query, decoded, each with all its values if it came more than once. */
  query: Readonly<Record<string, string | string[] | undefined>>;
  body: Body;
  /** The IP address of the client, as far as trusted proxies name it, else of who connected; null: the connection is closed. */
  clientAddress: string | null;
}

/** How a request was answered. */
export interface Answered {
  operationId: string;
  status: number;
  /** The code of the problem that it was answered with, or null. */
  code: ErrorCode | null;
  /** From the moment when the body had been read until the answer was written. */
  seconds: number;
}

/** How the callers of a set are described in OpenAPI. */
export interface SecurityDescription {
  /** The name of the scheme among the others. */
  name: string;
  scheme: { type: 'http'; scheme: string; description: string };
  /** What `identify` and `laneOf` throw. */
  problems: readonly ErrorCode[];
  /** What `authorize` throws for routes that need a scope. */
  scopeProblems?: readonly ErrorCode[];
}

/**
 * A set of routes. All have the same kind of caller and of body.
 *
 * Order of things: the body is read; `identify` finds the caller and `authorize` lets it through; only then a JSON body that cannot be read and
 * whatever breaks a schema is refused, so that unknown callers learn nothing about what they sent. A form that cannot be
 * read is refused first, for a signature may cover it.
 */
export interface RouteSet<Caller, Kind extends keyof Bodies = keyof Bodies> {
  /** Every address of the set begins so. What is said of the set holds for each address below, known or not. */
  under: `/${string}`;
  body: Kind;
  routes: readonly Route<NoInfer<Caller>>[];
  /**
   * Finds the caller, and may find in the same look-up what the routes need to know.
   * @throws ServiceError when the caller is not known
   */
  identify(request: IncomingRequest<Bodies[Kind]>): Promise<Caller>;
  /**
   * Decides whether a caller may use a route, before anything that was sent is looked at.
   * @throws ServiceError when not
   */
  authorize?(caller: NoInfer<Caller>, route: Pick<Route<never>, 'scope'>): void;
  /**
   * Chooses where a request waits for its turn before the caller is identified, when only so many may be answered at once.
   * @throws ServiceError for callers who need not be looked for
   */
  laneOf?(request: IncomingRequest<Bodies[Kind]>): Lane;
  /** The challenge of answers with status 401 (RFC 9110, section 11.6.1), such as `Basic realm="mail"`. */
  challenge?: string;
  /** Runs the work that a request of this caller asks for, so that what it writes can say for whom. By default it just runs. */
  inNameOf?<T>(
    caller: NoInfer<Caller>,
    request: Pick<IncomingRequest, 'clientAddress'>,
    work: () => Promise<T>,
  ): Promise<T>;
  /** What of the caller stands in the log line of a request; neither a secret nor a phone number. */
  logged?(caller: Caller): Readonly<Record<string, string>>;
  /** What becomes of requests that arrive while the process stops: refused, for another process to answer, or answered. */
  whileDraining: 'refuse' | 'answer';
  /** Whether answers may be kept by caches. */
  mayBeStored: boolean;
  /** What other methods get at an address of the set: 405 with the methods that are allowed, or 404 as if it were none. */
  otherMethods: 'methodNotAllowed' | 'notFound';
  /** For browsers only: its addresses are never told as what was probably meant. */
  unlisted?: boolean;
  /** For people: shows problems at any address of the set as pages. Left out: they are answered to programs. */
  problemPage?: ProblemPage;
  /** Null: the set is not in the OpenAPI description. `none`: it is, and asks nothing of callers. */
  security: SecurityDescription | 'none' | null;
  /**
   * Called after each request with how it was answered, and by whom it was sent if that was found out. Those whose body
   * could not be read are left out.
   */
  observe?(answered: Answered, caller?: Caller): void;
}
