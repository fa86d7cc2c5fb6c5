import type { Logger } from '../log.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import { repeated } from '../platform/repeated.ts';
import type { EventStore, ProgressEvent } from './event-store.ts';
import type { Stream } from './stream.ts';

/** Looks into the registry for what open streams do not have yet. */
export interface Looks {
  /** Looks at the streams of some verifications, or at all; what is wanted while a look is under way is one look after it. */
  at(verificationIds: Iterable<string> | 'all'): void;
  /** Whether something wanted could not be looked at. */
  isBehind(): boolean;
  /** Resolves when no look is under way. */
  settled(): Promise<void>;
}

/** @param open the streams, some of which may have ended */
export function createLooks(
  { store, log }: { store: Pick<EventStore, 'after'>; log: Logger },
  open: ReadonlySet<Stream>,
): Looks {
  const outages = createOutageLog(log);
  let wanted: Set<string> | 'all' = new Set();

  const look = repeated(async () => {
    const ids = wanted;
    wanted = new Set();
    const isWanted = ({ verificationId, res }: Stream) =>
      !res.writableEnded && (ids === 'all' || ids.has(verificationId));
    const asked = [...open].filter(isWanted);
    if (asked.length === 0) return;
    try {
      const events = await store.after(asked);
      for (const event of events) send(asked[event.index], event);
      if (ids !== 'all')
        sayChanged(asked.filter((_, index) => !events.some((event) => event.index === index)));
    } catch (error) {
      wanted = 'all';
      throw error;
    }
  });

  return {
    at(verificationIds) {
      if (verificationIds === 'all') wanted = 'all';
      else if (wanted !== 'all') for (const id of verificationIds) wanted.add(id);
      void outages.follow('progress', look());
    },
    isBehind: () => wanted === 'all' || wanted.size > 0,
    settled: look,
  };
}

/** Streams of something that changed without an event. */
function sayChanged(streams: readonly Stream[]): void {
  for (const { res, how } of streams) if (how.changed !== '' && !res.writableEnded) res.write(how.changed);
}

function send(stream: Stream | undefined, event: ProgressEvent): void {
  if (!stream || stream.res.writableEnded) return;
  stream.after = event.id;
  const text = stream.how.write(event);
  if (text !== null) stream.res.write(text);
  if (event.state === 'finished') stream.res.end();
}
