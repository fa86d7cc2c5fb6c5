import { ServiceError } from '../errors.ts';
import type { IncomingRequest } from '../platform/http/route-set.ts';
import { createLane, type Lane } from '../platform/lane.ts';
import type { ApiKeys } from './api-keys.ts';

/** Requests of one lane that may wait. Each is answered within seconds; what comes beyond is refused at once. */
const MOST_WAITING = 500;
/** Seconds after which a client should ask again when too many are waiting. */
const BUSY_RETRY_S = 2;

/** How many requests use the database at once, of keys that have proved right lately, and of all others. */
interface Places {
  known: number;
  unknown: number;
}

/**
 * How many requests of the API may use the database at once: half of the connections, so that the other half is there for
 * webhooks, for which a person is waiting on the phone. The embedded store does one thing at a time: a webhook waits for
 * these few at most.
 * @param poolSize connections for statements, at least 4, since each lane needs one; null: the embedded store
 */
export function placesFor(poolSize: number | null): Places {
  if (poolSize === null) return { known: 3, unknown: 1 };
  return { known: Math.floor(poolSize / 2) - 1, unknown: 1 };
}

/**
 * Chooses the lane of a request by its key. Who sends keys that nobody knows waits for others of that kind only.
 * @returns the lane; choosing throws `apiKey.missing` and `apiKey.invalid` where no look-up is needed, and the lane
 * throws `service.busy` when too many wait
 */
export function createApiLanes(
  apiKeys: Pick<ApiKeys, 'isKnown'>,
  places: Places,
): (request: Pick<IncomingRequest, 'header'>) => Lane {
  const lane = (atOnce: number) => createLane({ atOnce, mostWaiting: MOST_WAITING, refusal: busy });
  const known = lane(places.known);
  const unknown = lane(places.unknown);

  return ({ header }) => {
    const isKnown = () => apiKeys.isKnown(header('authorization'));
    if (isKnown()) return known;
    return {
      async run(work) {
        // The key may have become known while this waited, as keys do of which many requests come at once.
        const done = await unknown.run(async () => (isKnown() ? null : { result: await work() }));
        return done ? done.result : known.run(work);
      },
    };
  };
}

function busy(): ServiceError {
  return new ServiceError(
    'service.busy',
    'Too many requests are waiting in this process. Send the request again later; nothing was done.',
    { retryAfterS: BUSY_RETRY_S },
  );
}
