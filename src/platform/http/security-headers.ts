import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** A content security policy: directive in camel case to its sources. */
export type ContentPolicy = Record<string, string[]>;

/** Answers that no browser should show as a page. */
const NO_PAGE: ContentPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/**
 * Headers that keep browsers from doing anything an answer is not meant for.
 * Whether answers are encrypted is up to whatever stands in front, so nothing here forces a browser to HTTPS.
 * @param policy what a page may load; nothing, unless given. Mounted again further in, the inner one counts.
 */
export function securityHeaders(policy: ContentPolicy = NO_PAGE): RequestHandler {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { useDefaults: false, directives: policy },
  });
}
