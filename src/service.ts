import { setTimeout as wait } from 'node:timers/promises';
import { serveOlderApps } from './app-passwords/older-apps/serve-older-apps.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { endLiveCallsFirst } from './journey/call/end-live-calls-first.ts';
import { startWork } from './journey/job/start-work.ts';
import { keepRefusals } from './journey/request/keep-refusals.ts';
import { captureOutput, createLogger, type Logger } from './log.ts';
import { meaningOf } from './ops/explain/explain-error.ts';
import { checkKeys } from './ops/keys/check-keys.ts';
import { probeAtStart } from './ops/probe-public-url.ts';
import { openOutbox } from './outbox/open-outbox.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { isUnavailable } from './platform/http/unavailable.ts';
import { createShutdown, type Shutdown } from './platform/shutdown.ts';
import { openOtherProcesses, openProgress } from './progress/open-progress.ts';
import { loadPrompts } from './providers/twilio/twiml/load-prompts.ts';
import { WEBHOOK_MESSAGES } from './service/api-description.ts';
import { createApiRoutes, createIdentifyCaller, createRefused } from './service/api-routes.ts';
import { connectProviders } from './service/connect-providers.ts';
import { createFeatures } from './service/create-features.ts';
import { openStores } from './service/open-stores.ts';
import { createPage } from './service/serve-page.ts';
import { createWeb, openHttpPort } from './service/serve-web.ts';
import { startOps } from './service/start-ops.ts';
import { offerSandbox, startSimulator } from './service/start-simulator.ts';
import type { SimulatorTime } from './simulator/time.ts';
import { ensureEmbeddedTenant } from './tenants/embedded-tenant.ts';

/** What a test or the demo replaces. */
export interface Overrides {
  clock?: Clock;
  log?: Logger;
  /** Waits, ms; by the machine's clock by default. */
  pause?: (ms: number) => Promise<unknown>;
  /** The simulator's time; the machine's own by default. */
  simulatorTime?: SimulatorTime;
}

/** How long the end waits for jobs to be added, ms. Without a queue they wait for ever, and the sweeper adds them later. */
const JOBS_LIMIT_MS = 2_000;

/** A running service and what it consists of. */
export type Service = Awaited<ReturnType<typeof build>>;

/**
 * Builds and starts everything that the configured role needs.
 * @throws Error when something that must be there at the start is not; what was started by then is stopped again
 */
export async function startService(config: Config, overrides: Overrides = {}): Promise<Service> {
  const log = overrides.log ?? createOwnLog(config);
  const shutdown = createShutdown(log);
  try {
    return await build(config, overrides, log, shutdown);
  } catch (error) {
    await shutdown.run('the start failed; what had started was stopped again');
    throw error;
  }
}

/** The log of a process that is the service alone. */
function createOwnLog({ logLevel }: Config): Logger {
  const log = createLogger({ level: logLevel, withoutStack: isUnavailable });
  captureOutput(log);
  return log;
}

async function build(
  config: Config,
  overrides: Overrides,
  log: Logger,
  { onStop, isStopping, run: stop }: Shutdown,
) {
  const { clock = systemClock, pause = wait, simulatorTime } = overrides;
  const { role, database, queue } = config;
  if (config.rehearsal)
    log.warn(
      'REHEARSAL=true: this is a rehearsal, calls go to a simulator on this machine and no real phone rings',
    );
  const events = createEvents(log, meaningOf);
  const prompts = loadPrompts(config.twimlDir);
  const ops = await startOps({ config, clock, log, events, isStopping }, onStop);
  const stores = await openStores(config, ops.telemetry, log, onStop);
  const others = openOtherProcesses(stores, events, log, onStop);
  checkKeys(stores, { clock, log, observe: ops.observeKeys }, onStop);
  const simulated = await startSimulator(config, simulatorTime, log, onStop);
  const { simulator, access, sandboxUrl, receiver } = simulated;
  const http = role === 'worker' ? null : await openHttpPort(config.http, onStop);
  const publicUrl = config.http.publicUrl ?? http?.url ?? '';
  const providers = await connectProviders({ config, simulator: access, publicUrl, prompts, clock });
  const webhooks = { ...config.webhooks, alsoAllowed: receiver, messageTypes: WEBHOOK_MESSAGES };
  const outbox = openOutbox({ role, webhooks }, { stores, clock, log }, onStop);
  const shared = { stores, languages: prompts, clock, events };
  const calls = { providers, publicUrl, pause, isStopping, traces: ops.traces };
  const refusals = keepRefusals({ stores, clock, log, count: ops.countRefusal }, onStop);
  const kept = { ...ops, deliverNow: outbox.deliverNow, refusals };
  const features = createFeatures(config, { ...kept, ...shared, ...calls, log });
  const { jobs, journey, tenants, apiKeys, apiLanes } = features;
  onStop('jobs being added', jobs.settled, JOBS_LIMIT_MS);
  onStop('work in the background', journey.settled);
  onStop('uses of message keys', features.entraMessages.settled);
  if (database.kind === 'embedded')
    await ensureEmbeddedTenant({ dataDir: database.dataDir, tenants, apiKeys, log });
  const { traceRequests, observeWebhook } = ops;
  if (http) {
    const { trustedProxies = [] } = config.http;
    const progress = openProgress(config.progress, { stores, others, events, log }, onStop);
    const page = createPage(features, { ...shared, publicUrl, follow: progress.streams, log });
    const more = [...page.routes, ...outbox.routes, ...progress.routes];
    const routes = [...createApiRoutes({ ...shared, features, log }), ...more];
    const identifyCaller = createIdentifyCaller({ apiKeys, journey, clock });
    const webhooks = { journey, providers, publicUrl, observeWebhook };
    const api = { identifyCaller, laneOf: apiLanes.laneOf, routes, refused: createRefused(refusals) };
    const served = { page: page.deps, entra: features, signingKeys: stores.signingKeys };
    const web = { webhooks, api, ...served, messageSets: features.messageSets, sandboxUrl };
    http.serve(createWeb({ ...web, traceRequests, trustedProxies, isStopping, log }));
  }
  const checks = { features, count: ops.countCheck, isStopping, pause, clock, log };
  const olderAppsUrl = await serveOlderApps(config, checks, onStop);
  if (role !== 'web') startWork(config, { journey, queues: stores.queues, clock, log }, onStop);
  ops.watch({ stores, queues: [jobs.queue], providers, prompts });
  const url = http?.url ?? null;
  offerSandbox(simulated, url, { tenants, apiKeys, log });
  const summary = { role, url, registry: database.kind, queue: queue.kind };
  log.info({ ...summary, providers: config.providers.map(({ kind }) => kind) }, 'Poundkey is ready');
  // It waits for nothing, and nothing waits for it.
  if (http && config.production) void probeAtStart(publicUrl, log);
  const limitMs = role === 'worker' ? 0 : config.shutdownLimitMs;
  const countCalls = (before: Date) => journey.verifications.countLive(before);
  endLiveCallsFirst(onStop, { countCalls, clock, limitMs }, log);
  const addresses = { url, opsUrl: ops.opsUrl, olderAppsUrl };
  return { ...features, ...addresses, refusals, log, events, simulator, stores, outbox, stop };
}
