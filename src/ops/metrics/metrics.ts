/** The metrics that a process exposes to Prometheus. Names and units follow Prometheus and OpenTelemetry; no label names a tenant, a user or a number. */
import { Registry } from 'prom-client';
import type { Events } from '../../events.ts';
import type { Logger } from '../../log.ts';
import { inTime } from '../../platform/in-time.ts';
import { countEvents } from './count-events.ts';
import { type CountRefusal, countRefusals } from './count-refusals.ts';
import { observeProcess } from './observe-process.ts';
import { type ObserveWebhook, observeWebhooks } from './observe-webhooks.ts';
import type { Source } from './source.ts';
import { createSources, type SourceDeps } from './sources.ts';

/** How long one scrape waits for the registry, the queue or the provider, ms. Prometheus itself gives up after 10 s. */
const SOURCE_LIMIT_MS = 3_000;

/** The metrics of one service. */
export interface Metrics {
  contentType: string;
  /** What Prometheus reads. A source that cannot be asked in time leaves its metrics out. */
  scrape(): Promise<string>;
  observeWebhook: ObserveWebhook;
  countRefusal: CountRefusal;
  /** Stops listening to events and watching the process. */
  stop(): void;
}

/** Metrics of one process, in a registry of their own. */
export function createMetrics(deps: { events: Events; log: Logger }) {
  const registry = new Registry();
  let sources: Source[] = [];
  const counted = countEvents(registry, deps.events);
  const unobserve = observeProcess(registry);
  const metrics: Metrics = {
    contentType: registry.contentType,
    async scrape() {
      await Promise.all(sources.map((source) => read(source, deps.log)));
      return registry.metrics();
    },
    observeWebhook: observeWebhooks(registry),
    countRefusal: countRefusals(registry),
    stop() {
      counted.stop();
      unobserve();
    },
  };
  return {
    metrics,
    /** From now on each scrape also reads from the registry, the queue and the provider. */
    readFrom(stores: Omit<SourceDeps, 'registry' | 'takeFinished' | 'giveBack'>): void {
      sources = createSources({ ...stores, ...counted, registry });
    },
  };
}

async function read(source: Source, log: Logger): Promise<void> {
  try {
    await inTime(source.read(), SOURCE_LIMIT_MS);
  } catch (error) {
    source.forget();
    log.warn(
      { source: source.name, err: error },
      'a source of metrics cannot be read; its metrics are missing from this scrape',
    );
  }
}
