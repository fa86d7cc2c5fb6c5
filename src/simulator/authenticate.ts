/** HTTP Basic for the REST API: the account with its token, or an API key with its secret. */
import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { RestError } from './rest-errors.ts';

/** Lets a request pass whose user is one of `credentials` (user to password); others get 401 and 20003. */
export function authenticate(credentials: ReadonlyMap<string, string>): RequestHandler {
  return (req, res, next) => {
    const [user, password] = basicCredentials(req.headers.authorization ?? '');
    const expected = credentials.get(user);
    if (expected !== undefined && same(expected, password)) return next();
    res.set('WWW-Authenticate', 'Basic realm="Twilio API"');
    next(new RestError(401, 20003, 'Authenticate'));
  };
}

function basicCredentials(header: string): [user: string, password: string] {
  const encoded = /^Basic (.+)$/i.exec(header)?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon === -1 ? ['', ''] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}

function same(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
