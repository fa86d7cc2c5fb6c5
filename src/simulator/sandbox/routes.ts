/** The sandbox over HTTP: its page, what people do on it, and the receiver of outcome webhooks. */
import { type ErrorRequestHandler, json, type RequestHandler, Router, text } from 'express';
import { z } from 'zod';
import { DeskError } from '../desk.ts';
import { actionSchema } from './actions.ts';
import { browserModule, MARK, styleSheet } from './assets.ts';
import { type BackendAccess, BackendError } from './backend.ts';
import { refuseStrangers, sandboxHeaders } from './guard.ts';
import type { Network } from './network.ts';
import { renderPage } from './page/document.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';
import { createStream } from './stream.ts';

/** What serves the sandbox. */
export interface SandboxDeps {
  network: Network;
  /** Finds out where the service is, when the sandbox is first asked for. */
  access: () => Promise<BackendAccess>;
  /** Where the simulator listens. */
  url: () => string;
}

/** The sandbox over HTTP. */
export interface SandboxRoutes {
  routes: Router;
  close(): void;
}

/** Opens when it is first asked for, and tries again with the next request if that fails. */
function createOpening({ network, access, url }: SandboxDeps) {
  let sandbox: Sandbox | null = null;
  let opening: Promise<Sandbox> | null = null;
  let origin = "'self'";
  const stream = createStream(() => {
    if (!sandbox) throw new Error('The sandbox is not open.');
    return { view: sandbox.view(), entries: sandbox.entries() };
  });
  const open = async () => {
    const { changed, added } = stream;
    const receiverUrl = `${url()}/hooks/poundkey`;
    const known = await access();
    origin = new URL(known.apiUrl).origin;
    sandbox = await openSandbox({ network, access: known, receiverUrl, changed, added });
    return sandbox;
  };
  return {
    stream,
    serviceOrigin: () => origin,
    ready(): Promise<Sandbox> {
      opening ??= open().catch((error: unknown) => {
        opening = null;
        throw error;
      });
      return opening;
    },
    close() {
      sandbox?.close();
      stream.close();
    },
  };
}

/** The page at `/` with its styles and scripts; `GET /sandbox/events`, `POST /sandbox/do`, `POST /sandbox/self-service`, `POST /hooks/poundkey`. */
export function createSandboxRoutes(deps: SandboxDeps): SandboxRoutes {
  const { ready, stream, close, serviceOrigin } = createOpening(deps);
  const routes = Router();
  // The page's headers name the service, which is known once the sandbox is open.
  const opened: RequestHandler = async (_req, _res, next) => {
    await ready();
    next();
  };
  routes.use(refuseStrangers);
  routes.get('/', opened);
  routes.use(sandboxHeaders(serviceOrigin));
  routes.get('/', async (_req, res) => {
    const sandbox = await ready();
    res
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(await renderPage(sandbox.view()));
  });
  routes.get('/sandbox/style.css', (_req, res) => void res.type('css').send(styleSheet()));
  routes.get('/sandbox/mark.svg', (_req, res) => void res.type('svg').send(MARK));
  routes.get('/sandbox/browser/:name', (req, res, next) => {
    const script = browserModule(req.params.name);
    if (script === null) return next();
    res.type('js').send(script);
  });
  routes.get('/sandbox/events', async (_req, res) => {
    await ready();
    stream.open(res);
  });
  routes.post('/sandbox/do', json(), async (req, res) => {
    await (await ready()).act(actionSchema.parse(req.body));
    res.status(204).end();
  });
  routes.post('/sandbox/self-service', async (_req, res) => {
    res.redirect(303, await (await ready()).selfServiceLink());
  });
  routes.post('/hooks/poundkey', readText, async (req, res) => {
    const { headers, body } = req;
    res.status((await ready()).receive({ headers, body: String(body) })).end();
  });
  routes.use(renderProblem);
  return { routes, close };
}

const readText: RequestHandler = text({ type: () => true, limit: '64kb' });

/** What cannot be done is answered with the reason (RFC 9457). */
const renderProblem: ErrorRequestHandler = (error: Error & { status?: number }, _req, res, next) => {
  const status = statusOf(error);
  if (status >= 500) return next(error);
  const detail = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  const problem = { type: 'about:blank', title: 'This cannot be done', status, detail };
  res.status(status).type('application/problem+json').send(JSON.stringify(problem));
};

function statusOf(error: Error & { status?: number }): number {
  if (error instanceof BackendError || error instanceof DeskError) return 409;
  return error instanceof z.ZodError ? 400 : (error.status ?? 500);
}
