import type { Queue } from 'bullmq';
import { sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import { createLazyBoard } from '../ops/lazy-board.ts';
import { createMetrics } from '../ops/metrics/metrics.ts';
import { createOpsApp, type OpsHandlers } from '../ops/ops-app.ts';
import type { Check } from '../ops/readiness.ts';
import { remembered } from '../ops/remembered.ts';
import { startTracing } from '../ops/tracing/start-tracing.ts';
import type { Clock } from '../platform/clock.ts';
import { listen } from '../platform/http/http-server.ts';
import { NO_TRACES } from '../platform/trace-context.ts';
import type { Providers, ProvidersAccess } from '../providers/port.ts';
import type { Prompts } from '../providers/twilio/twiml/render.ts';
import type { Stores } from './open-stores.ts';
import type { OnStop } from './stop.ts';

/** How long the result of an access check is used, ms; shorter when the provider was unreachable, so that a recovery shows soon. */
const ACCESS_COUNTS_MS = { granted: 60_000, refused: 60_000, unreachable: 10_000 };
/** How long one check may take, ms. */
const STORE_LIMIT_MS = 2_000;
const NETWORK_LIMIT_MS = 5_000;
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
  const { metrics, readFrom } = createMetrics({ events, log });
  const address = { ...config.ops, variables: 'OPS_HOST and OPS_PORT' };
  const server = await listen(
    createOpsApp({ handlers: () => handlers, isStopping, rehearsal: config.rehearsal === true, log }),
    address,
  );
  onStop('operators', async () => {
    metrics.stop();
    await server.close(LAST_REQUESTS_MS);
  });
  const tracing = config.traces ? await startTracing({ ...config.traces, events }) : null;
  if (tracing) onStop('traces', () => tracing.stop());
  return {
    opsUrl: server.url,
    observeWebhook: metrics.observeWebhook,
    telemetry: tracing?.telemetry ?? null,
    traceRequests: tracing?.traceRequests ?? null,
    traces: tracing?.traces ?? NO_TRACES,
    /** From now on everything can be looked at. */
    watch({ stores, queues, providers, prompts }: Watched): void {
      const checkAccess = remembered(
        () => providers.checkAccess(),
        ({ worst }) => ACCESS_COUNTS_MS[worst.access],
      );
      const worstAccess = async () => (await checkAccess()).worst;
      readFrom({ db: stores.database.db, clock, queues, checkAccess: worstAccess });
      const checks = createChecks(stores, checkAccess, prompts);
      handlers = { checks, metrics, board: createLazyBoard({ queues, account: config.ops.board, log }) };
      log.info({ url: server.url }, "operators' port: /healthz, /readyz, /metrics, /board");
    },
  };
}

function createChecks(
  stores: Stores,
  checkAccess: () => Promise<ProvidersAccess>,
  prompts: Prompts,
): Check[] {
  return [
    { name: 'registry', limitMs: STORE_LIMIT_MS, run: () => sql`select 1`.execute(stores.database.db) },
    { name: 'queue', limitMs: STORE_LIMIT_MS, run: () => stores.queues.ping() },
    {
      name: 'phoneNetwork',
      limitMs: NETWORK_LIMIT_MS,
      async run() {
        const { usable, worst } = await checkAccess();
        if (!usable) throw new Error(worst.access === 'granted' ? 'no provider' : worst.reason);
      },
    },
    { name: 'templates', limitMs: STORE_LIMIT_MS, run: async () => renderAll(prompts) },
  ];
}

/** The last resort of every call, in every language. */
function renderAll(prompts: Prompts): void {
  const nothing = { organisation: '', timeoutS: 1, digitsUrl: '', silenceUrl: '', retryUrl: '' };
  const silent = prompts.locales.filter(
    (locale) => !prompts.render('apology', locale, nothing).includes('<Say'),
  );
  if (silent.length > 0 || prompts.locales.length === 0)
    throw new Error(`nothing to say in ${silent.join(', ') || 'any language'}; check TWIML_DIR`);
}
