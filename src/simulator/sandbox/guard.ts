/** Keeps other web pages, which a browser on this machine may show, from operating the sandbox. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** The names by which this machine calls itself; any other may be a name that a stranger let lead here. */
const OWN_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Refuses requests under a foreign name, and requests of other pages that would change something. */
export const refuseStrangers: RequestHandler = (req, res, next) => {
  const host = req.headers.host ?? '';
  const isOwn = OWN_NAMES.includes(host.replace(/:\d+$/, ''));
  const { origin } = req.headers;
  const isSamePage = req.method === 'GET' || origin === undefined || origin === `http://${host}`;
  if (isOwn && isSamePage) return next();
  res.status(403).type('text').send('The sandbox answers its own page only, on this machine.\n');
};

/**
 * Headers of the sandbox: its page loads nothing from elsewhere.
 * @param formTarget where its one form leads (Chromium counts redirects of forms, too): the service, once it is known
 */
export function sandboxHeaders(formTarget: () => string): RequestHandler {
  return helmet({
    strictTransportSecurity: false,
    // With helmet's `no-referrer`, browsers say `Origin: null` of the page's own form, and it would be a stranger's.
    referrerPolicy: { policy: 'same-origin' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'", formTarget],
        frameAncestors: ["'none'"],
      },
    },
  });
}
