import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { type FormFields, parseFields } from './form-body.ts';
import type { IncomingRequest } from './route-set.ts';

/** What is asked of a route, before any of it has been checked. Query and client address are read when they are first asked for. */
export function incomingRequest<Body>(req: Request, operationId: string, body: Body): IncomingRequest<Body> {
  let query: FormFields | undefined;
  let clientAddress: string | null | undefined;
  return {
    operationId,
    method: req.method,
    originalUrl: req.originalUrl,
    header: (name) => req.get(name),
    params: req.params as Record<string, string>,
    get query() {
      query ??= parseFields(queryOf(req.originalUrl));
      return query;
    },
    body,
    get clientAddress() {
      if (clientAddress === undefined) clientAddress = clientAddressOf(req);
      return clientAddress;
    },
  };
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
