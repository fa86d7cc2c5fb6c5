/** The operators' own port: is the process alive, can it work, how is it doing, what is in the queue. */
import express, { type Express, type RequestHandler, type Response } from 'express';
import { ServiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { allowHosts } from '../platform/http/allowed-hosts.ts';
import { answerProblem } from '../platform/http/answer-problem.ts';
import { closeWhileDraining } from '../platform/http/draining.ts';
import { refuseMethod } from '../platform/http/mount-sets.ts';
import { giveContext } from '../platform/http/request-context.ts';
import { forbidStoring, securityHeaders } from '../platform/http/security-headers.ts';
import { BOARD_PATH } from './board-deps.ts';
import type { Metrics } from './metrics/metrics.ts';
import { type CheckResult, isReady } from './readiness.ts';

/** What answers requests once the process has started. */
export interface OpsHandlers {
  look: () => Promise<Record<string, CheckResult>>;
  metrics: Pick<Metrics, 'contentType' | 'scrape'>;
  board: RequestHandler;
}

/** What the port needs from the start. */
export interface OpsDeps {
  /** Null until the process has started. */
  handlers: () => OpsHandlers | null;
  isStopping: () => boolean;
  /** Names by which the port may be asked, besides localhost and addresses. */
  hosts?: readonly string[];
  /** Whether no real phone rings, which `/readyz` then says. */
  rehearsal?: boolean;
  log: Logger;
}

/** The app behind the operators' port. Requests are logged at level debug: probes come every few seconds. */
export function createOpsApp(deps: OpsDeps): Express {
  const { log } = deps;
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.use(
    giveContext({ info: log.debug.bind(log) }),
    securityHeaders(),
    forbidStoring(),
    closeWhileDraining(deps.isStopping),
    allowHosts(deps.hosts ?? [], 'OPS_ALLOWED_HOSTS'),
  );
  const get = (path: string, answer: (res: Response) => unknown) =>
    app.get(path, (_req, res) => answer(res)).all(path, refuseMethod(['get']));
  get('/healthz', (res) => res.json({ status: 'alive' }));
  get('/readyz', (res) => answerReadiness(deps, res));
  get('/metrics', async (res) => {
    const { metrics } = started(deps);
    res.type(metrics.contentType).send(await metrics.scrape());
  });
  app.use(BOARD_PATH, (req, res, next) => started(deps).board(req, res, next));
  app.use(() => {
    const detail = `This port serves GET /healthz, /readyz and /metrics, and the queue board at ${BOARD_PATH}.`;
    throw new ServiceError('route.notFound', detail);
  });
  app.use(answerProblem(log));
  return app;
}

function started({ handlers }: OpsDeps): OpsHandlers {
  const present = handlers();
  if (present) return present;
  throw new ServiceError('service.unavailable', 'The process is starting. Ask again in a moment.', {
    retryAfterS: 1,
  });
}

/** 200 when everything that this role requires works; 503 when it does not, and while the process starts or stops. */
async function answerReadiness(deps: OpsDeps, res: Response): Promise<void> {
  const { handlers, isStopping } = deps;
  const kind = deps.rehearsal ? { rehearsal: true } : {};
  const present = handlers();
  if (isStopping()) return void res.status(503).json({ status: 'stopping', ...kind, checks: {} });
  if (!present) return void res.status(503).json({ status: 'starting', ...kind, checks: {} });
  const checks = await present.look();
  const ready = isReady(checks);
  res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'notReady', ...kind, checks });
}
