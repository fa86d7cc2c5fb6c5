import type { ServerResponse } from 'node:http';
import { ServiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import { repeated } from '../platform/repeated.ts';
import type { Ticker } from '../platform/ticker.ts';
import type { EventStore, Place, ProgressEvent } from './event-store.ts';

/** How often a stream on which nothing happens says that it is alive, ms; proxies cut what is silent for 30 to 60 s. */
const ALIVE_EVERY_MS = 15_000;
/** Seconds after which a client should ask for a stream again when there is no room. */
const FULL_RETRY_S = 5;
/** How soon a client whose connection broke comes back, ms (HTML standard, "Server-sent events", field retry). */
const RECONNECT_MS = 1_000;

interface Stream extends Place {
  res: ServerResponse;
}

/** All open streams of this process. */
export type Streams = ReturnType<typeof createStreams>;

interface StreamsDeps {
  store: Pick<EventStore, 'after'>;
  mostStreams: number;
  lookEveryMs: number;
  ticker: Ticker;
  log: Logger;
}

/** Serves all open streams with one look at the registry every `lookEveryMs`, and none while there are no streams. */
export function createStreams(deps: StreamsDeps) {
  const open = new Set<Stream>();
  const reportOutage = createOutageLog(deps.log);
  const ticksUntilAlive = Math.ceil(ALIVE_EVERY_MS / deps.lookEveryMs);
  let ticks = 0;
  let stopTicking: (() => void) | null = null;
  let closed = false;

  /** One look: writes to each stream what it does not have yet, and ends those whose verification has ended. */
  const look = repeated(async () => {
    const asked = [...open].filter(({ res }) => !res.writableEnded);
    if (asked.length === 0) return;
    for (const event of await deps.store.after(asked)) {
      const stream = asked[event.index];
      if (stream && !stream.res.writableEnded) send(stream, event);
    }
  });

  function forget(stream: Stream): void {
    open.delete(stream);
    if (open.size > 0) return;
    stopTicking?.();
    stopTicking = null;
  }

  function tick(): void {
    ticks = (ticks + 1) % ticksUntilAlive;
    if (ticks === 0) for (const { res } of open) sayAlive(res);
    lookNow();
  }

  const lookNow = () => void reportOutage.follow('progress', look());
  const isFollowed = (id: string) => [...open].some(({ verificationId }) => verificationId === id);

  return {
    /** @throws ServiceError `progress.tooManyStreams` when this process serves as many as it may, or is about to end */
    assertRoom(): void {
      if (!closed && open.size < deps.mostStreams) return;
      throw new ServiceError(
        'progress.tooManyStreams',
        'This process cannot serve another event stream now. Try again shortly, or read the verification instead.',
        { retryAfterS: FULL_RETRY_S },
      );
    },

    /** Streams what comes after a place to a response whose head is out, until the end of the story or of the client. */
    open(place: Place, res: ServerResponse): void {
      if (closed) return void res.end();
      const stream = { ...place, res };
      open.add(stream);
      res.once('close', () => forget(stream));
      res.write(`retry: ${RECONNECT_MS}\n\n`);
      stopTicking ??= deps.ticker(deps.lookEveryMs, tick);
      lookNow();
    },

    /** Looks at once, if a stream of this process follows the verification: it has just changed. */
    changed: (verificationId: string): void => {
      if (isFollowed(verificationId)) lookNow();
    },

    /** Ends all streams, so that connections can close. Clients come back to another process, to where they were. */
    async close(): Promise<void> {
      closed = true;
      for (const { res } of open) res.end();
      await look();
    },
  };
}

function send(stream: Stream, event: ProgressEvent): void {
  stream.after = event.id;
  stream.res.write(asText(event));
  if (event.state === 'finished') stream.res.end();
}

/** A client that does not read gets no comments, which it does not need. */
function sayAlive(res: ServerResponse): void {
  if (!res.writableEnded && !res.writableNeedDrain) res.write(': alive\n\n');
}

/** HTML standard, "Server-sent events": the fields of an event, one a line, and an empty line after it. */
function asText({ id, state, outcome, prompt, at }: ProgressEvent): string {
  const told = {
    state,
    ...(outcome ? { outcome } : {}),
    ...(prompt ? { prompt } : {}),
    at: at.toISOString(),
  };
  return `id: ${id}\ndata: ${JSON.stringify(told)}\n\n`;
}
