import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { ServiceError } from '../../errors.ts';

/** A name with an optional port, as `Host` gives it (RFC 9110, section 7.2): `[::1]:9090`, `ops.example:9090`. */
const HOST = /^(\[[0-9a-fA-F:.%]+\]|[^\s:/?#@[\]\\]+)(?::\d{0,5})?$/;

/**
 * Refuses requests for hosts that nobody allowed, with `host.notAllowed` (421). A page from anywhere can make a browser
 * ask a port that only the browser reaches, under the page's own name (DNS rebinding): such a request names a host that
 * is not ours. Allowed are localhost and addresses, which no name server can point elsewhere, and the given names.
 * Without `Host`, which browsers always send, nothing is refused.
 * @param names in any case, without port
 * @param setting what names more of them, for the error
 */
export function allowHosts(names: readonly string[], setting: string): RequestHandler {
  const allowed = new Set(['localhost', ...names].map(normal));
  return (req, _res, next) => {
    const given = req.headersDistinct.host ?? [];
    if (given.every((host) => isAllowed(host, allowed)) && given.length <= 1) return next();
    throw new ServiceError(
      'host.notAllowed',
      `This port is asked by addresses, by localhost and by the names in ${setting} only. Ask it by one of them, or add the name there.`,
    );
  };
}

function isAllowed(host: string, allowed: ReadonlySet<string>): boolean {
  const [, name = ''] = HOST.exec(host) ?? [];
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || allowed.has(normal(name));
}

/** Names are compared without case; a dot at the end says only that the name is complete. */
const normal = (name: string) => name.toLowerCase().replace(/\.$/, '');
