import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { createLogger, type Logger } from './log.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { type Phase, runPhases } from './platform/shutdown.ts';
import { loadPrompts } from './providers/twilio/twiml/load-prompts.ts';
import { connectProviders } from './service/connect-providers.ts';
import { createFeatures } from './service/create-features.ts';
import { createStop, PHASE_LIMIT_MS } from './service/create-stop.ts';
import { greet } from './service/greet.ts';
import { openDoor } from './service/open-door.ts';
import { openStores } from './service/open-stores.ts';
import { openOutbox } from './service/outbox.ts';
import type { ServiceParts } from './service/parts.ts';
import { openProgress } from './service/progress.ts';
import { createWeb } from './service/serve-web.ts';
import { startOps } from './service/start-ops.ts';
import { startSimulator } from './service/start-simulator.ts';
import { startWork } from './service/start-work.ts';
import type { Undo } from './service/undo.ts';
import type { SimulatorTime } from './simulator/time.ts';

/** Parts that a test or the demo replaces. */
export interface Overrides {
  clock?: Clock;
  log?: Logger;
  /** Waits, ms; by the machine's clock by default. */
  pause?: (ms: number) => Promise<unknown>;
  /** The simulator's time; the machine's own by default. */
  simulatorTime?: SimulatorTime;
}

/** A running service and its parts. */
export interface Service extends ServiceParts {
  /** Stops in good order: no new requests and calls, live calls to their end or the limit, then everything else. */
  stop(): Promise<void>;
}

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
  const isStopping = () => stopping.now;
  const prompts = loadPrompts(config.twimlDir);
  const ops = await startOps({ config, clock, log, events, isStopping }, undo);
  const stores = await openStores(config, log, undo, ops.telemetry);
  const simulated = await startSimulator(config, overrides.simulatorTime, log, undo);
  const door = config.role === 'worker' ? null : await openDoor(config.http, undo);
  const publicUrl = config.http.publicUrl ?? door?.url ?? '';
  const providers = await connectProviders({
    config,
    simulator: simulated?.access ?? null,
    publicUrl,
    prompts,
    clock,
  });
  const outbox = openOutbox(config, { stores, clock, log }, undo);
  const features = createFeatures(config, {
    stores,
    providers,
    languages: prompts,
    publicUrl,
    deliverNow: outbox.deliverNow,
    traces: ops.traces,
    isStopping,
    clock,
    pause: overrides.pause ?? wait,
    events,
    log,
  });
  undo('work in the background', () => features.journey.settled());
  const outward = [...outbox.routes, ...openProgress(config, stores, log, undo)];
  const service = {
    log,
    events,
    outbox,
    url: door?.url ?? null,
    opsUrl: ops.opsUrl,
    simulator: simulated?.simulator ?? null,
    stores,
    ...features,
  };
  door?.serve(
    createWeb({ ...service, ...ops, outward, clock, providers, languages: prompts, publicUrl, isStopping }),
  );
  if (config.role !== 'web') startWork(config, service, clock, undo);
  ops.watch({ stores, queues: [features.jobs.queue], providers, prompts });
  await greet(config, service);
  return { ...service, stop: createStop(config, service, stopping, phases) };
}
