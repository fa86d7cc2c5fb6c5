import type { Queue } from 'bullmq';
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import { ASKS_OTHERS, createChecks } from '../ops/checks.ts';
import { createLazyBoard } from '../ops/lazy-board.ts';
import { createMetrics } from '../ops/metrics/metrics.ts';
import { createOpsApp, type OpsHandlers } from '../ops/ops-app.ts';
import { createReadiness } from '../ops/readiness.ts';
import { remembered } from '../ops/remembered.ts';
import { startTracing } from '../ops/tracing/start-tracing.ts';
import type { Clock } from '../platform/clock.ts';
import { listen } from '../platform/http/http-server.ts';
import { createOutageLog, type OutageLog } from '../platform/outage-log.ts';
import type { OnStop } from '../platform/shutdown.ts';
import { NO_TRACES } from '../platform/trace-context.ts';
import type { Providers, ProvidersAccess } from '../providers/port.ts';
import { checkPrompts } from '../providers/twilio/twiml/check-prompts.ts';
import type { Prompts } from '../providers/twilio/twiml/render.ts';
import type { Stores } from './open-stores.ts';

/** How long the result of an access check is used, ms; shorter when the provider was unreachable, so that a recovery shows soon. */
const ACCESS_COUNTS_MS = { granted: 60_000, refused: 60_000, unreachable: 10_000 };
/** How long requests may take once everything else has stopped, ms. */
const LAST_REQUESTS_MS = 1_000;

/** What can be looked at once it has started. */
export interface Watched {
  stores: Stores;
  queues: Queue[];
  providers: Pick<Providers, 'checkAccess'>;
  prompts: Prompts;
}

/**
 * Opens the operators' port before anything else starts, and so closes it after everything else has stopped. Until
 * `watch` it says that the process is starting.
 */
export async function startOps(
  deps: { config: Config; clock: Clock; log: Logger; events: Events; isStopping: () => boolean },
  onStop: OnStop,
) {
  const { config, clock, log, events, isStopping } = deps;
  let handlers: OpsHandlers | null = null;
  const outages = createOutageLog(log, clock);
  const { metrics, readFrom } = createMetrics({ events, log });
  const address = { ...config.ops, variables: 'OPS_HOST and OPS_PORT' };
  const hosts = [config.ops.host, ...(config.ops.allowedHosts ?? [])];
  const app = createOpsApp({
    handlers: () => handlers,
    isStopping,
    hosts,
    rehearsal: config.rehearsal === true,
    log,
  });
  const server = await listen(app, address);
  onStop('operators', async () => {
    metrics.stop();
    await server.close(LAST_REQUESTS_MS);
  });
  const tracing = config.traces ? await startTracing({ ...config.traces, events }) : null;
  if (tracing) onStop('traces', () => tracing.stop());
  return {
    opsUrl: server.url,
    observeWebhook: metrics.observeWebhook,
    observeKeys: metrics.observeKeys,
    countRefusal: metrics.countRefusal,
    countPurged: metrics.countPurged,
    countCheck: metrics.countCheck,
    messages: metrics.messages,
    telemetry: tracing?.telemetry ?? null,
    traceRequests: tracing?.traceRequests ?? null,
    traces: tracing?.traces ?? NO_TRACES,
    /** From now on everything can be looked at. */
    watch({ stores, queues, providers, prompts }: Watched): void {
      const checkAccess = remembered(
        async () => noteAccess(await providers.checkAccess(), outages),
        ({ worst }) => ACCESS_COUNTS_MS[worst.access],
      );
      const worstAccess = async () => (await checkAccess()).worst;
      const checks = createChecks(config, {
        ...{ stores, checkAccess },
        checkPrompts: () => checkPrompts(prompts),
      });
      const sources = { db: stores.database.db, clock, queues, checkAccess: worstAccess };
      readFrom({ ...sources, checks: checks.filter(({ name }) => !ASKS_OTHERS.includes(name)) });
      const board = createLazyBoard({ queues, account: config.ops.board, log });
      handlers = { look: createReadiness(checks), metrics, board };
      log.info({ url: server.url }, "operators' port: /healthz, /readyz, /metrics, /board");
    },
  };
}

/** The log says when a provider can no longer be used, and when it can again. */
function noteAccess(seen: ProvidersAccess, outages: OutageLog): ProvidersAccess {
  const { worst } = seen;
  if (worst.access === 'granted') outages.recovered('provider');
  else outages('provider', new Error(worst.reason));
  return seen;
}
