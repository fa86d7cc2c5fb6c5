import type { ServerResponse } from 'node:http';
import type { Place } from './event-store.ts';
import type { WriteEvent } from './event-text.ts';

/** What a stream shows, and whose it is. */
export interface Followed extends Place {
  tenantId: string;
}

/** An open stream. */
export interface Stream extends Followed {
  res: ServerResponse;
  write: WriteEvent;
  /** What says that the stream is alive while nothing happens. */
  alive: string;
}
