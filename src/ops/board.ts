/** The queue board: read-only for everybody who reaches the port, changes for operators who signed in. */
import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { securityHeaders } from '../platform/http/security-headers.ts';
import { BOARD_PATH, type BoardDeps } from './board-deps.ts';
import { maskedQueue } from './masked-queue.ts';
import { createShownIds, type ShownIds } from './shown-ids.ts';
import { createSignIn, type SignedIn } from './sign-in.ts';
import { createSignInLimit } from './sign-in-limit.ts';

const SIGN_IN_PATH = '/sign-in';

/** Only the board's own files: no script or style in the page, nothing from other origins, no framing. */
const BOARD_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'self'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Changes that make no sense here: jobs hold an id only, and the board shows masked data. */
const NEVER = /^\/api\/queues\/[^/]+\/(add|[^/]+\/update-data)$/;

/** Jobs and their children, which the board would show as they are; our jobs have none. */
const TREE = /^\/api\/queues\/[^/]+\/[^/]+\/flow$/;

/** The board as something to mount at `BOARD_PATH`. */
export function createBoard(deps: BoardDeps): Router {
  const signIn = createSignIn(deps.account);
  const canSignIn = deps.account !== null;
  // What one of the two shows is found by the other.
  const ids = createShownIds();
  const readOnly = boardOf(deps.queues, ids, { readOnlyMode: true, canSignIn });
  const writable = boardOf(deps.queues, ids, { readOnlyMode: false, canSignIn: false });
  const lookAt = limitSignIns(signIn, deps.log);
  const router = Router();
  router.use(securityHeaders(BOARD_POLICY), (req, res, next) => {
    if (TREE.test(req.path)) return plain(404, 'Jobs have no children here.\n')(res);
    const who = lookAt(req);
    const refusal = typeof who === 'function' ? who : refuse(req, who, canSignIn);
    if (refusal === null) return (who === 'operator' ? writable : readOnly)(req, res, next);
    refusal(res);
  });
  return router;
}

/** Who a request signs in as; or, for a source that guessed too often, the refusal to look. */
function limitSignIns(signIn: ReturnType<typeof createSignIn>, log: BoardDeps['log']) {
  const limit = createSignInLimit();
  return (req: Request): SignedIn | Answer => {
    const authorization = req.get('authorization');
    const source = req.socket.remoteAddress ?? '';
    const waitMs = authorization === undefined ? 0 : limit.waitMs(source);
    if (waitMs > 0) return askToWait(waitMs);
    const who = signIn(authorization);
    if (who === 'operator') limit.right(source);
    if (who === 'wrong')
      log.warn(
        { source, ...limit.wrong(source) },
        'sign-in to the queue board refused: wrong user or password',
      );
    return who;
  };
}

type Answer = (res: Response) => void;

/** The refusal of a request before the board handles it, or null. */
function refuse(req: Request, who: SignedIn, canSignIn: boolean): Answer | null {
  const isReading = req.method === 'GET' || req.method === 'HEAD';
  if (who === 'wrong') return askToSignIn;
  if (req.path === SIGN_IN_PATH && canSignIn && isReading)
    return who === 'operator' ? (res) => res.redirect(303, `${BOARD_PATH}/`) : askToSignIn;
  if (isReading) return null;
  if (who === 'anonymous')
    return canSignIn ? askToSignIn : plain(405, 'The board is read-only here.\n', { Allow: 'GET, HEAD' });
  if (isFromElsewhere(req)) return plain(403, 'Changes are accepted from the board itself only.\n');
  if (NEVER.test(req.path)) return plain(403, 'Jobs cannot be added or edited here.\n');
  return null;
}

/** Another site may make a browser send the operator's sign-in along; browsers say where a request comes from. */
function isFromElsewhere(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== req.get('host'));
}

function askToSignIn(res: Response): void {
  plain(401, 'Sign in with the user and the password of OPS_USER and OPS_PASSWORD.\n', {
    'WWW-Authenticate': 'Basic realm="Poundkey operators", charset="UTF-8"',
  })(res);
}

function askToWait(waitMs: number): Answer {
  const seconds = String(Math.ceil(waitMs / 1000));
  return plain(429, `Too many wrong sign-ins. Wait ${seconds} s before the next.\n`, {
    'Retry-After': seconds,
  });
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Answer {
  return (res) => void res.status(status).set(headers).type('text/plain').send(text);
}

function boardOf(
  queues: Queue[],
  ids: ShownIds,
  options: { readOnlyMode: boolean; canSignIn: boolean },
): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath(BOARD_PATH);
  const links = options.canSignIn
    ? [{ text: 'Sign in to change something', url: `${BOARD_PATH}${SIGN_IN_PATH}` }]
    : [];
  createBullBoard({
    queues: queues.map((queue) => maskedQueue(queue, ids, options)),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Poundkey', hideDocsLink: true, miscLinks: links } },
  });
  return serverAdapter.getRouter();
}
