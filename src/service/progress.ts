import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { systemTicker } from '../platform/ticker.ts';
import { createEventStore } from '../progress/event-store.ts';
import { progressRoutes } from '../progress/routes.ts';
import { createStreams } from '../progress/streams.ts';
import type { Stores } from './open-stores.ts';
import type { Undo } from './undo.ts';

/** The route that streams progress. Streams end before the HTTP side does, since they would hold it up. */
export function openProgress(config: Config, stores: Stores, log: Logger, undo: Undo) {
  const store = createEventStore(stores.database.db);
  const streams = createStreams({ ...config.progress, store, ticker: systemTicker, log });
  undo('progress streams', () => streams.close());
  return progressRoutes({ store, streams });
}
