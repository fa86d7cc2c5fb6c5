import type { ServerResponse } from 'node:http';
import { ServiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Ticker } from '../platform/ticker.ts';
import type { EventStore } from './event-store.ts';
import { createLooks, type Looks } from './looks.ts';
import type { OtherProcesses } from './other-processes.ts';
import { type Followed, OF_API, type Stream, type StreamText } from './stream.ts';
import { fullThing, type StreamRoom, type Wanted } from './stream-room.ts';

/** How often a stream on which nothing happens says that it is alive, ms; proxies cut what is silent for 30 to 60 s. */
const ALIVE_EVERY_MS = 15_000;
/** Seconds after which a client should ask for a stream again when there is no room. */
const FULL_RETRY_S = 5;
/** How soon a client whose connection broke comes back, ms (HTML standard, "Server-sent events", field retry). */
const RECONNECT_MS = 1_000;

/** Open streams of a process, for whoever may show a verification to somebody. */
export type Streams = ReturnType<typeof createStreams>;

/** What they need. */
export interface StreamsDeps extends StreamRoom {
  store: Pick<EventStore, 'after'>;
  /** How often all streams are looked at, ms, while what others change is not heard of. */
  lookEveryMs: number;
  /** The same while it is: for what was not heard. */
  rarelyEveryMs: number;
  others: Pick<OtherProcesses, 'startFollowing' | 'stopFollowing' | 'areHeard' | 'onChange'>;
  ticker: Ticker;
  log: Logger;
}

/**
 * Serves all open streams. The registry is looked at for those of a verification when this process or another one has
 * changed it, for all of them from time to time, and not at all while there are none.
 */
export function createStreams(deps: StreamsDeps) {
  const open = new Set<Stream>();
  const looks = createLooks(deps, open);
  const watch = createWatch(deps, open, looks);
  let closed = false;
  deps.others.onChange((ids) => look(ids ?? 'all'));

  function look(ids: string[] | 'all'): void {
    const followed = ids === 'all' ? ids : ids.filter(isFollowed);
    if (open.size > 0 && followed.length > 0) looks.at(followed);
  }

  function forget(stream: Stream): void {
    open.delete(stream);
    if (open.size === 0) watch.stop();
  }

  const fullFor = (wanted: Wanted) => (closed ? 'This process' : fullThing(open, deps, wanted));
  const isFollowed = (id: string) => open.values().some(({ verificationId }) => verificationId === id);

  return {
    /**
     * @throws ServiceError `progress.tooManyStreams` when this process serves as many as it may, in all, for the tenant
     * or of the verification, or is about to end
     */
    assertRoom(wanted: Wanted): void {
      const full = fullFor(wanted);
      if (full !== null) throw tooMany(full);
    },

    /**
     * Streams what comes after a place to a response whose head is out, until the end of the story or of the client.
     * @param how what is written; as the API writes it where it is left out
     */
    open(place: Followed, res: ServerResponse, how: Partial<StreamText> = {}): void {
      const stream = { ...place, res, how: { ...OF_API, ...how } };
      // Others that found room at the same moment may have taken it: the client comes back.
      if (fullFor(place) !== null) return void (res.writableEnded || res.end());
      open.add(stream);
      res.once('close', () => forget(stream));
      res.write(`retry: ${RECONNECT_MS}\n\n`);
      watch.start();
      looks.at([place.verificationId]);
    },

    /** Looks at once, if a stream of this process follows the verification: it has just changed. */
    changed: (verificationId: string): void => look([verificationId]),

    /** Ends all streams, so that connections can close. Clients come back to another process, to where they were. */
    async close(): Promise<void> {
      closed = true;
      for (const { res } of open) res.end();
      await looks.settled();
    },
  };
}

/** What happens from time to time while there are streams. */
function createWatch(deps: StreamsDeps, open: ReadonlySet<Stream>, looks: Looks) {
  const { others, lookEveryMs } = deps;
  const every = (ms: number) => Math.ceil(ms / lookEveryMs);
  let ticks = 0;
  let stopTicking: (() => void) | null = null;

  function tick(): void {
    ticks += 1;
    if (ticks % every(ALIVE_EVERY_MS) === 0) for (const stream of open) sayAlive(stream);
    if (looks.isBehind() || !others.areHeard() || ticks % every(deps.rarelyEveryMs) === 0) looks.at('all');
  }

  return {
    start(): void {
      if (stopTicking) return;
      stopTicking = deps.ticker(lookEveryMs, tick);
      others.startFollowing();
    },
    stop(): void {
      stopTicking?.();
      stopTicking = null;
      others.stopFollowing();
    },
  };
}

function tooMany(full: string): ServiceError {
  return new ServiceError(
    'progress.tooManyStreams',
    `${full} cannot have another event stream now. Try again shortly, or read the verification instead.`,
    { retryAfterS: FULL_RETRY_S },
  );
}

/** A client that does not read needs not be told. One that may follow no longer is told to look, and finds that out. */
function sayAlive({ res, how }: Stream): void {
  if (how.isOver()) return void (res.writableEnded || res.end(how.changed));
  if (!res.writableEnded && !res.writableNeedDrain) res.write(how.alive);
}
