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

/** Streams of one verification at most: the page that shows it, on some devices, and clients that come back early. */
const MOST_OF_VERIFICATION = 10;

/** What a stream shows, and whose it is. */
export interface Followed extends Place {
  tenantId: string;
}

type Wanted = Pick<Followed, 'tenantId' | 'verificationId'>;

interface Stream extends Followed {
  res: ServerResponse;
}

/** All open streams of this process. */
export type Streams = ReturnType<typeof createStreams>;

interface StreamsDeps {
  store: Pick<EventStore, 'after'>;
  /** In all, and of one tenant. */
  mostStreams: number;
  mostOfTenant?: number;
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
  const fullFor = (wanted: Wanted) => (closed ? 'This process' : fullThing([...open], deps, wanted));
  const isFollowed = (id: string) => [...open].some(({ verificationId }) => verificationId === id);

  return {
    /**
     * @throws ServiceError `progress.tooManyStreams` when this process serves as many as it may, in all, for the tenant
     * or of the verification, or is about to end
     */
    assertRoom(wanted: Wanted): void {
      const full = fullFor(wanted);
      if (full === null) return;
      throw new ServiceError(
        'progress.tooManyStreams',
        `${full} cannot have another event stream now. Try again shortly, or read the verification instead.`,
        { retryAfterS: FULL_RETRY_S },
      );
    },

    /** Streams what comes after a place to a response whose head is out, until the end of the story or of the client. */
    open(place: Followed, res: ServerResponse): void {
      // Others that found room at the same moment may have taken it: the client comes back.
      if (fullFor(place) !== null) return void res.end();
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

/** What cannot have another stream, as an error calls it, or null. */
function fullThing(
  open: Stream[],
  { mostStreams, mostOfTenant = mostStreams }: Pick<StreamsDeps, 'mostStreams' | 'mostOfTenant'>,
  wanted: Wanted,
): string | null {
  const ofVerification = open.filter(({ verificationId }) => verificationId === wanted.verificationId);
  const ofTenant = open.filter(({ tenantId }) => tenantId === wanted.tenantId);
  if (open.length >= mostStreams) return 'This process';
  if (ofVerification.length >= MOST_OF_VERIFICATION) return 'The verification, which has as many as it may,';
  return ofTenant.length >= mostOfTenant ? 'The tenant, which has as many in this process as it may,' : null;
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
function asText({ id, state, outcome, prompt, happened, at }: ProgressEvent): string {
  const told = {
    state,
    ...(outcome ? { outcome } : {}),
    ...(prompt ? { prompt } : {}),
    ...(happened ? { happened } : {}),
    at: at.toISOString(),
  };
  return `id: ${id}\ndata: ${JSON.stringify(told)}\n\n`;
}
