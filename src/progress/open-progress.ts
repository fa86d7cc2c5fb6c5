/** Live progress: what this process changes is told to those who follow it, here and in other processes. */
import type { Kysely } from 'kysely';
import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import type { Queues } from '../platform/queue/open-queues.ts';
import type { OnStop } from '../platform/shutdown.ts';
import { systemTicker } from '../platform/ticker.ts';
import type { Registry } from '../registry/schema.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { createOtherProcesses, NO_OTHERS, type OtherProcesses } from './other-processes.ts';
import { progressRoutes } from './routes.ts';
import type { StreamRoom } from './stream-room.ts';
import { createStreams, type Streams, type StreamsDeps } from './streams.ts';

/** See `config.ts`. */
type ProgressSettings = StreamRoom & Pick<StreamsDeps, 'lookEveryMs' | 'rarelyEveryMs'>;

interface ProgressStores {
  database: { db: Kysely<Registry>; kind: 'embedded' | 'postgres' };
  queues: Pick<Queues, 'openNotices'>;
}

/**
 * Tells other processes from now on what this one changes. In every process, and stopped late: what it does while it stops
 * is followed too.
 */
export function openOtherProcesses(
  { database, queues }: ProgressStores,
  events: Events,
  log: Logger,
  onStop: OnStop,
): OtherProcesses {
  // An embedded store has one process.
  if (database.kind === 'embedded') return NO_OTHERS;
  const others = createOtherProcesses({
    openNotices: (listener) => queues.openNotices('progress', listener),
    ticker: systemTicker,
    now: () => performance.now(),
    outages: createOutageLog(log),
  });
  const stopListening = events.listen((_name, { verificationId }) => others.tell(verificationId));
  onStop('progress notices', () => {
    stopListening();
    return others.close();
  });
  return others;
}

/** What serves progress: its route for backends, and what others need who show a verification to somebody. */
export interface Progress {
  routes: ReturnType<typeof progressRoutes>;
  /** Whether there is such a verification, and how far it has come. */
  standing: EventStore['standing'];
  streams: Streams;
}

/** Streams end before the HTTP server closes, since it would wait for them. */
export function openProgress(
  settings: ProgressSettings,
  {
    stores,
    others,
    events,
    log,
  }: { stores: ProgressStores; others: OtherProcesses; events: Events; log: Logger },
  onStop: OnStop,
): Progress {
  const store = createEventStore(stores.database.db);
  const ticker = systemTicker;
  const streams = createStreams({ ...settings, store, others, ticker, log });
  // What this process changed is streamed at once.
  const stopListening = events.listen((_name, { verificationId }) => streams.changed(verificationId));
  onStop('progress streams', () => {
    stopListening();
    return streams.close();
  });
  return { routes: progressRoutes({ store, streams }), standing: store.standing, streams };
}
