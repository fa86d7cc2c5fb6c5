/** The metrics that a process exposes to Prometheus. Names and units follow Prometheus and OpenTelemetry; no label names a tenant, a user or a number. */
import { Registry } from 'prom-client';
import type { Events } from '../../events.ts';
import type { Logger } from '../../log.ts';
import { isUnavailable } from '../../platform/http/unavailable.ts';
import { inTime } from '../../platform/in-time.ts';
import { createOutageLog, type OutageLog } from '../../platform/outage-log.ts';
import { type CountChecks, countChecks } from './count-checks.ts';
import { countEvents } from './count-events.ts';
import { type CountMessages, countMessages } from './count-messages.ts';
import { countPurged } from './count-purged.ts';
import { type CountRefusal, countRefusals } from './count-refusals.ts';
import { type ObserveKeys, observeKeys } from './observe-keys.ts';
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
  observeKeys: ObserveKeys;
  countRefusal: CountRefusal;
  countPurged: ReturnType<typeof countPurged>;
  countCheck: CountChecks;
  messages: CountMessages;
  /** Stops listening to events and watching the process. */
  stop(): void;
}

/** Metrics of one process, in a registry of their own. */
export function createMetrics(deps: { events: Events; log: Logger }) {
  const registry = new Registry();
  let sources: Source[] = [];
  const counted = countEvents(registry, deps.events);
  const unobserve = observeProcess(registry);
  const outages = createOutageLog(deps.log);
  const metrics: Metrics = {
    contentType: registry.contentType,
    async scrape() {
      const areRead = await Promise.all(sources.map((source) => read(source, outages, deps.log)));
      if (areRead.every(Boolean)) outages.recovered(SUBJECT);
      return registry.metrics();
    },
    observeWebhook: observeWebhooks(registry),
    observeKeys: observeKeys(registry),
    countRefusal: countRefusals(registry),
    countPurged: countPurged(registry),
    countCheck: countChecks(registry),
    messages: countMessages(registry),
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

/** What the log calls the sources. Those of one store go away together, so there is one line for all. */
const SUBJECT = 'metrics';
const TOO_SLOW = `no answer within ${SOURCE_LIMIT_MS} ms`;

/** @returns whether it could be read */
async function read(source: Source, outages: OutageLog, log: Logger): Promise<boolean> {
  try {
    await inTime(source.read(), SOURCE_LIMIT_MS, TOO_SLOW);
    return true;
  } catch (error) {
    source.forget();
    const isOutage = isUnavailable(error) || (error instanceof Error && error.message === TOO_SLOW);
    if (isOutage) outages(SUBJECT, error);
    else
      log.warn(
        { source: source.name, err: error },
        'a source of metrics cannot be read; its metrics are missing from this scrape',
      );
    return false;
  }
}
