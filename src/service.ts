import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from './api.ts';
import { createEmptyExpiredSeals } from './app-passwords/empty-expired-seals.ts';
import { createAssertRoomForAppPassword } from './app-passwords/limit.ts';
import { createAppPasswordMaker } from './app-passwords/new-app-password.ts';
import { createReveal } from './app-passwords/reveal.ts';
import { appPasswordRoutes } from './app-passwords/routes.ts';
import { createAssertNotBlocked } from './blocks/assert-not-blocked.ts';
import type { Config } from './config.ts';
import { createEvents, type Events } from './events.ts';
import { createJourney, type Journey } from './journey/index.ts';
import { verificationRoutes } from './journey/routes.ts';
import {
  createVerificationJobs,
  startVerificationWorker,
  type VerificationJobs,
} from './journey/verification-jobs.ts';
import { createCallAddresses, mountWebhooks, type WebhookDeps } from './journey/webhooks.ts';
import { createLogger, type Logger } from './log.ts';
import { createListPhoneMethods } from './phone-methods/list.ts';
import { createRegisteredOfficePhone } from './phone-methods/registered-office-phone.ts';
import { phoneMethodRoutes } from './phone-methods/routes.ts';
import type { Simulator } from './phone-network/simulator/simulator.ts';
import type { SimulatorTime } from './phone-network/simulator/time.ts';
import { createWebhookReader } from './phone-network/twilio/webhook-reader.ts';
import { loadPrompts } from './phone-network/twiml/load-prompts.ts';
import type { Prompts } from './phone-network/twiml/render.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { createHttpApp } from './platform/http/http-server.ts';
import type { Route } from './platform/http/route.ts';
import { type Phase, runPhases } from './platform/shutdown.ts';
import { createRulesOf } from './policy/tenant-rules.ts';
import { type ConnectedNetwork, connectNetwork } from './service/connect-network.ts';
import { drain } from './service/drain.ts';
import { openDoor } from './service/open-door.ts';
import { openStores, type Stores } from './service/open-stores.ts';
import { type Outbox, openOutbox } from './service/outbox.ts';
import { openProgress } from './service/progress.ts';
import { startOps } from './service/start-ops.ts';
import { startSweeper } from './service/start-sweeper.ts';
import type { Undo } from './service/undo.ts';
import { createUserProfileRoutes } from './service/user-profiles.ts';
import { type ApiKeys, createApiKeys } from './tenants/api-keys.ts';
import { ensureEmbeddedTenant } from './tenants/embedded-tenant.ts';
import { createTenants, type Tenants } from './tenants/tenants.ts';
import { createUserProfiles, type UserProfiles } from './users/user-profiles.ts';

/** Parts that a test or the demo replaces. */
export interface Overrides {
  clock?: Clock;
  log?: Logger;
  /** The simulator's time; the machine's own by default. */
  simulatorTime?: SimulatorTime;
}

/** A running service and its parts. */
export interface Service {
  log: Logger;
  events: Events;
  /** Where HTTP is served, or null for a worker. */
  url: string | null;
  /** Where the operators' port is. */
  opsUrl: string;
  simulator: Simulator<SimulatorTime> | null;
  stores: Stores;
  jobs: VerificationJobs;
  journey: Journey;
  outbox: Outbox;
  tenants: Tenants;
  apiKeys: ApiKeys;
  userProfiles: UserProfiles;
  /** Stops in good order: no new requests and calls, live calls to their end or the limit, then everything else. */
  stop(): Promise<void>;
}

/** How long a webhook may work before the person hears "one moment", ms. */
const WEBHOOK_BUDGET_MS = 1_000;
const PHASE_LIMIT_MS = 10_000;
const API_INFO = { title: 'Poundkey', version: '1' };

/**
 * Builds every part for the configured role and starts it.
 * @throws Error when something that must be there at the start is not; what was started by then is stopped again
 */
export async function startService(config: Config, overrides: Overrides = {}): Promise<Service> {
  const log = overrides.log ?? createLogger({ level: config.logLevel });
  const phases: Phase[] = [];
  const undo: Undo = (name, run, limitMs = PHASE_LIMIT_MS) => void phases.unshift({ name, limitMs, run });
  try {
    return await build(config, overrides, log, undo, phases);
  } catch (error) {
    await runPhases(phases, log);
    throw error;
  }
}

async function build(
  config: Config,
  overrides: Overrides,
  log: Logger,
  undo: Undo,
  phases: Phase[],
): Promise<Service> {
  const clock = overrides.clock ?? systemClock;
  const events = createEvents(log);
  const stopping = { now: false };
  const prompts = loadPrompts(config.twimlDir);
  const ops = await startOps({ config, clock, log, events, isStopping: () => stopping.now }, undo);
  const stores = await openStores(config, log, undo);
  const connected = await connectNetwork(config, clock, overrides.simulatorTime, log, undo);
  const { db } = stores.database;
  const tenants = createTenants({ db, clock });
  const apiKeys = createApiKeys({ db, clock });
  const userProfiles = createUserProfiles({ db, clock, hashKeys: stores.hashKeys });
  const jobs = createVerificationJobs({ queues: stores.queues, clock, log });
  const door = config.role === 'worker' ? null : await openDoor(config.http, undo);
  const publicUrl = config.http.publicUrl ?? door?.url ?? '';
  const journey = createJourney({
    db,
    jobs,
    network: connected.network,
    addresses: createCallAddresses(publicUrl),
    prompts,
    rulesOf: createRulesOf(tenants),
    registeredOfficePhone: createRegisteredOfficePhone({ db }),
    localeOf: userProfiles.localeOf,
    assertRoomForAppPassword: createAssertRoomForAppPassword({ db }),
    makeAppPassword: createAppPasswordMaker({ ...stores, clock }),
    clearUp: createEmptyExpiredSeals({ db, clock }),
    assertNotBlocked: createAssertNotBlocked({ db, clock }),
    lines: config.lines,
    pause,
    patience: config.patience,
    sweep: config.sweep,
    isStopping: () => stopping.now,
    clock,
    events,
    log,
  });
  const outbox = openOutbox(config, { stores, clock, events, log }, undo);
  const outward = [...outbox.routes, ...openProgress(config, stores, log, undo)];
  const service = {
    log,
    events,
    outbox,
    url: door?.url ?? null,
    opsUrl: ops.opsUrl,
    simulator: connected.simulator,
    stores,
    jobs,
    journey,
    tenants,
    apiKeys,
    userProfiles,
  };
  door?.serve(
    createWeb({
      ...service,
      ...ops,
      outward,
      clock,
      connected,
      prompts,
      publicUrl,
      isStopping: () => stopping.now,
    }),
  );
  if (config.role !== 'web') startWork(config, service, clock, undo);
  ops.watch({ stores, queues: [jobs.queue], network: connected.network, prompts });
  await greet(config, service);
  return { ...service, stop: createStop(config, service, stopping, phases) };
}

type Parts = Omit<Service, 'stop'>;

/** The HTTP side: webhooks, REST API and its description. */
function createWeb(
  parts: Parts & {
    outward: Route<Caller>[];
    clock: Clock;
    connected: ConnectedNetwork;
    observeWebhook: WebhookDeps['observeWebhook'];
    prompts: Prompts;
    publicUrl: string;
    isStopping: () => boolean;
  },
) {
  const { journey, log, stores, events, clock, publicUrl, connected, prompts } = parts;
  const { db } = stores.database;
  return createHttpApp({
    routes: [
      ...verificationRoutes(journey),
      ...appPasswordRoutes({ reveal: createReveal({ db, sealKeys: stores.sealKeys, clock, events }) }),
      ...createUserProfileRoutes(parts.userProfiles, prompts),
      ...phoneMethodRoutes({ listPhoneMethods: createListPhoneMethods({ db }) }),
      ...parts.outward,
    ],
    authenticate: (authorization) => parts.apiKeys.authenticate(authorization),
    raw: (app) =>
      mountWebhooks(app, {
        ...journey,
        publicUrl,
        trust: createWebhookReader({ publicUrl, authTokens: connected.authTokens }),
        observeWebhook: parts.observeWebhook,
        prompts,
        budgetMs: WEBHOOK_BUDGET_MS,
        log,
      }),
    isDraining: parts.isStopping,
    info: API_INFO,
    log,
  });
}

/** The work side: the queue's worker and the sweeper. */
function startWork(config: Config, { journey, stores, log }: Parts, clock: Clock, undo: Undo): void {
  const { concurrency } = config.worker;
  const worker = startVerificationWorker({ ...journey, queues: stores.queues, concurrency, clock });
  undo('worker', () => worker.close());
  const sweeper = startSweeper(journey.sweep, config.sweep.intervalMs, log);
  undo('sweeper', () => sweeper.stop());
}

async function greet(config: Config, { log, tenants, apiKeys, url }: Parts): Promise<void> {
  if (config.database.kind === 'embedded') {
    const { dataDir } = config.database;
    const { path, created } = await ensureEmbeddedTenant({ dataDir, tenants, apiKeys });
    log.info(
      { path },
      created
        ? 'made a tenant and its API key, kept in this file (mode 0600)'
        : 'the API key is in this file',
    );
  }
  const { role, database, queue, network } = config;
  log.info(
    { role, url, registry: database.kind, queue: queue.kind, network: network.kind },
    'Poundkey is ready',
  );
}

function createStop(config: Config, { journey, log }: Parts, stopping: { now: boolean }, phases: Phase[]) {
  let stopped: Promise<void> | undefined;
  const limitMs = config.role === 'worker' ? 0 : config.shutdownLimitMs;
  const live: Phase = {
    name: 'live calls',
    limitMs: limitMs + PHASE_LIMIT_MS,
    run: () => drain(() => journey.verifications.countOnCall(), limitMs, log),
  };
  return (): Promise<void> => {
    stopping.now = true;
    stopped ??= runPhases(limitMs > 0 ? [live, ...phases] : phases, log).then(() =>
      log.info('Poundkey has stopped'),
    );
    return stopped;
  };
}
