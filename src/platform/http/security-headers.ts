import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** A content security policy: directive in camel case to its sources. */
export type ContentPolicy = Record<string, string[]>;

/** Answers that no browser should show as a page. */
const NO_PAGE: ContentPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/**
 * Sets headers that keep browsers from doing anything an answer is not meant for.
 * @param policy what a page may load; nothing, unless given. Mounted again further in, the inner one applies.
 */
export function securityHeaders(policy: ContentPolicy = NO_PAGE): RequestHandler {
  const headers = Object.entries(securityHeadersFor(policy));
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}

/**
 * The headers by name. They are the same for every answer, so they are worked out once: Helmet writes them to a
 * stand-in for a response.
 * Whether answers are encrypted is up to whatever stands in front, so nothing here forces a browser to HTTPS.
 * @throws Error when Helmet cannot use the policy
 */
export function securityHeadersFor(policy: ContentPolicy): Record<string, string> {
  const headers: Record<string, string> = {};
  const standIn = {
    setHeader: (name: string, value: string) => void Object.assign(headers, { [name]: value }),
    removeHeader: () => undefined,
  };
  const write = helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { useDefaults: false, directives: policy },
  });
  write({} as never, standIn as never, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}

/** Keeps answers out of caches: they hold what only the caller may know. */
export function forbidStoring(): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  };
}
