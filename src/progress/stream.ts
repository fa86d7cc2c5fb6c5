import type { ServerResponse } from 'node:http';
import type { Place } from './event-store.ts';
import { asJson, type WriteEvent } from './event-text.ts';

/** What a stream shows, and whose it is. */
export interface Followed extends Place {
  tenantId: string;
}

/** An open stream. */
export interface Stream extends Followed {
  res: ServerResponse;
  how: StreamText;
}

/** What is written to a stream. */
export interface StreamText {
  write: WriteEvent;
  /** Says that the stream is alive while nothing happens. */
  alive: string;
  /** Says that something has changed which is no event, such as that the phone rings; empty: that is not told. */
  changed: string;
  /** Whether whoever follows may do so no longer; asked when the stream would say that it is alive. */
  isOver: () => boolean;
}

/** As the API writes streams. Comments are for what is between: clients are not told of them. */
export const OF_API: StreamText = { write: asJson, alive: ': alive\n\n', changed: '', isOver: () => false };
