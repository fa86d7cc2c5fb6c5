import { ServiceError } from '../errors.ts';
import type { IncomingRequest } from '../platform/http/route-set.ts';
import { createLane, type Lane } from '../platform/lane.ts';
import type { ApiKeys } from './api-keys.ts';

/** Requests of one lane that may wait. Each is answered within seconds; what comes beyond is refused at once. */
const MOST_WAITING = 500;
/** Seconds after which a client should ask again when too many are waiting. */
const BUSY_RETRY_S = 2;

/** The operations whose requests share statements: many at once take less work than one after the other. */
const SHARING_OPERATIONS = ['requestVerification', 'checkCode'];
/** How many of each of them are handled at once. */
const SHARING = 16;

/**
 * How many requests are handled at once: of keys that have proved right lately, and of all others. `sharing`: of those keys, and
 * their statements are shared, so that they need a few connections only, however many they are.
 */
interface Places {
  known: number;
  unknown: number;
  sharing: number;
}

/**
 * How many requests of the API may use the database at once: those with statements of their own half of the connections, so that
 * the others are there for webhooks, for which a person is waiting on the phone. Requests that share theirs use up to four of the others, three for what
 * is read first and one for what is written, and up to four more while many are refused or are for extensions. The embedded store does one thing at a time: a
 * webhook waits for these few at most.
 * @param poolSize connections for statements, at least 4, since each lane needs one; null: the embedded store
 */
export function placesFor(poolSize: number | null): Places {
  if (poolSize === null) return { known: 3, unknown: 1, sharing: SHARING };
  return { known: Math.floor(poolSize / 2) - 1, unknown: 1, sharing: SHARING };
}

/** Where requests of the API wait for their turn. */
interface ApiLanes {
  /**
   * Chooses the lane of a request by its key. Who sends keys that nobody knows waits for others of that kind, and for their statements. Throws `apiKey.missing`
   * and `apiKey.invalid` where no look-up is needed; the lane throws `service.busy` when too many wait.
   */
  laneOf(request: Pick<IncomingRequest, 'header' | 'operationId'>): Lane;
  /**
   * Of requests with statements of their own, and of the statements that a request has for itself whose others are shared. Throws
   * `service.busy` when too many wait. Nothing in this lane may wait for it once more: all could be waiting for each other.
   */
  own: Lane;
}

/** Makes the lanes of a process. */
export function createApiLanes(apiKeys: Pick<ApiKeys, 'isKnown'>, places: Places): ApiLanes {
  const lane = (atOnce: number) => createLane({ atOnce, mostWaiting: MOST_WAITING, refusal: busy });
  const known = lane(places.known);
  const unknown = lane(places.unknown);
  const shared = new Map(SHARING_OPERATIONS.map((operationId) => [operationId, lane(places.sharing)]));

  function laneOf({ header, operationId }: Pick<IncomingRequest, 'header' | 'operationId'>): Lane {
    const own = shared.get(operationId) ?? known;
    const isKnown = () => apiKeys.isKnown(header('authorization'));
    if (isKnown()) return own;
    return {
      async run(work) {
        // The key may have become known while this waited, as keys do of which many requests come at once.
        const done = await unknown.run(async () => (isKnown() ? null : { result: await work() }));
        return done ? done.result : own.run(work);
      },
    };
  }
  return { laneOf, own: known };
}

function busy(): ServiceError {
  return new ServiceError(
    'service.busy',
    'Too many requests are waiting in this process. Send the request again later; nothing was done.',
    { retryAfterS: BUSY_RETRY_S },
  );
}
