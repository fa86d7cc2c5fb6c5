/** ioredis clients for each kind of Redis. They connect at once and again after every outage. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAccess, RedisPlace } from './redis-place.ts';

/** A client for one server, or for a cluster. */
export type RedisClient = Redis | Cluster;

const retryStrategy = (times: number) => Math.min(times * 100, 2_000);

/** How one connection behaves during an outage. */
type Bears = Pick<RedisOptions, 'maxRetriesPerRequest' | 'connectTimeout' | 'commandTimeout'>;

/** How a client behaves during an outage. */
interface Bearing {
  redis: Bears;
  /** For the nodes of a cluster. */
  node: Bears;
  /** Whether commands wait while there is no connection at all. */
  enableOfflineQueue: boolean;
}

/** For adding and reading: it fails soon, since a caller waits; the sweeper adds missing jobs. */
export const PRODUCER: Bearing = {
  redis: { maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 1_500 },
  // A failover takes a cluster some seconds (its node timeout and an election); the command may wait for its end.
  node: { maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 10_000 },
  enableOfflineQueue: false,
};

/** For workers. BullMQ, connections: workers need `maxRetriesPerRequest: null`. */
export const CONSUMER: Bearing = {
  redis: { maxRetriesPerRequest: null, connectTimeout: 5_000 },
  node: { maxRetriesPerRequest: null, connectTimeout: 5_000 },
  enableOfflineQueue: true,
};

/** Makes a client for a Redis. Errors are emitted as events: add a listener before anything else. */
export function createRedisClient(place: RedisPlace, bearing: Bearing): RedisClient {
  const single = { ...bearing.redis, enableOfflineQueue: bearing.enableOfflineQueue, retryStrategy };
  if ('url' in place) return new Redis(place.url, single);
  if ('nodes' in place) return createClusterClient(place, bearing);
  const { sentinels, masterName, access, sentinelPassword } = place;
  return new Redis({
    ...single,
    ...signIn(access),
    sentinels,
    name: masterName,
    // ioredis, Sentinel: otherwise it goes on writing to a master that was replaced until the connection breaks.
    failoverDetector: true,
    enableTLSForSentinelMode: access.tls,
    ...(access.tls ? { sentinelTLS: {} } : {}),
    ...(sentinelPassword === null ? {} : { sentinelPassword }),
  });
}

/**
 * ioredis, Cluster: while a replica takes over, commands are redirected and told CLUSTERDOWN in turn. With the defaults, 16
 * tries within 1.6 s, they fail before it is over.
 */
function createClusterClient(
  { nodes, access }: Extract<RedisPlace, { nodes: unknown }>,
  { node, enableOfflineQueue }: Bearing,
): Cluster {
  return new Cluster(nodes, {
    enableOfflineQueue,
    maxRedirections: 32,
    retryDelayOnFailover: 300,
    retryDelayOnClusterDown: 300,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...node, ...signIn(access) },
  });
}

function signIn({ username, password, tls }: RedisAccess) {
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}
