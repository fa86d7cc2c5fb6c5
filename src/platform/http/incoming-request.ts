import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { type FormFields, parseFields } from './form-body.ts';
import type { IncomingRequest } from './route-set.ts';

/**
 * What is asked of a route, before any of it has been checked. Query and client address are read when they are first asked for, so a
 * copy (`{ ...request }`) is without them. A class for the reason of `FormBody`.
 */
export class HttpRequest<Body> implements IncomingRequest<Body> {
  readonly operationId: string;
  readonly method: string;
  readonly originalUrl: string;
  readonly header: IncomingRequest['header'];
  readonly params: IncomingRequest['params'];
  readonly body: Body;
  readonly #req: Request;
  #query: FormFields | undefined;
  #clientAddress: string | null | undefined;

  constructor(req: Request, operationId: string, body: Body) {
    this.operationId = operationId;
    this.method = req.method;
    this.originalUrl = req.originalUrl;
    // It is taken out of the request and called by itself.
    this.header = req.get.bind(req) as IncomingRequest['header'];
    this.params = req.params as Record<string, string>;
    this.body = body;
    this.#req = req;
  }

  get query(): FormFields {
    this.#query ??= parseFields(queryOf(this.originalUrl));
    return this.#query;
  }

  get clientAddress(): string | null {
    if (this.#clientAddress === undefined) this.#clientAddress = clientAddressOf(this.#req);
    return this.#clientAddress;
  }
}

/** Behind trusted proxies the last address that they did not add themselves; an IPv4 one also where it is written as an IPv6 one. */
function clientAddressOf({ ip, socket }: Request): string | null {
  // What a client wrote itself in front of the proxies may be anything.
  const address = ip !== undefined && ipaddr.isValid(ip) ? ip : socket.remoteAddress;
  if (address === undefined || !ipaddr.isValid(address)) return null;
  return ipaddr.process(address).toString();
}

/** What stands behind the first question mark of an address, as received. */
export function queryOf(originalUrl: string): string {
  const mark = originalUrl.indexOf('?');
  return mark === -1 ? '' : originalUrl.slice(mark + 1);
}
