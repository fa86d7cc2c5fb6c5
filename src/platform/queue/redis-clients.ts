/** ioredis clients for each kind of Redis. They connect at once and again after every outage. */
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { preferNames } from './cluster-names.ts';
import type { HostAndPort, RedisAccess, RedisPlace } from './redis-place.ts';
import { givingUp } from './role-change.ts';
import { bearSecondTlsErrors } from './tls-errors.ts';

/** A client for one server, or for a cluster. */
export type RedisClient = Redis | Cluster;

const clusterRetryStrategy = (times: number) => Math.min(times * 100, 2_000);

/** How one connection behaves during an outage. `socketTimeout`: it is given up after so long without an answer, ms. */
type Bears = Pick<
  RedisOptions,
  'maxRetriesPerRequest' | 'connectTimeout' | 'commandTimeout' | 'socketTimeout'
>;

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
  redis: { maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 1_500, socketTimeout: 3_000 },
  // A failover takes a cluster some seconds (its node timeout and an election); the command may wait for its end.
  node: { maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 10_000, socketTimeout: 12_000 },
  enableOfflineQueue: false,
};

/** For workers. BullMQ, connections: workers need `maxRetriesPerRequest: null`; they wait for a job up to 10 s. */
export const CONSUMER: Bearing = {
  redis: { maxRetriesPerRequest: null, connectTimeout: 5_000, socketTimeout: 20_000 },
  node: { maxRetriesPerRequest: null, connectTimeout: 5_000, socketTimeout: 20_000 },
  enableOfflineQueue: true,
};

/**
 * Makes a client for a Redis. Errors are emitted as events: add a listener before anything else.
 * @param onRefusal called when a connection is given up because its server is not the one to write to
 */
export function createRedisClient(
  place: RedisPlace,
  bearing: Bearing,
  onRefusal: (reply: Error) => void,
): RedisClient {
  bearSecondTlsErrors();
  const { enableOfflineQueue } = bearing;
  const single = { ...bearing.redis, enableOfflineQueue, ...givingUp(enableOfflineQueue, onRefusal) };
  if ('url' in place) return new Redis(place.url, single);
  if ('nodes' in place) return createClusterClient(place, bearing);
  const { sentinels, masterName, access, sentinelPassword } = place;
  return new Redis({
    ...single,
    ...signIn(access, sentinels),
    sentinels,
    name: masterName,
    // ioredis, Sentinel: otherwise it goes on writing to a master that was replaced until the connection breaks.
    failoverDetector: true,
    enableTLSForSentinelMode: access.tls,
    ...(access.tls ? { sentinelTLS: trusting(sentinels) } : {}),
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
  if (access.tls) preferNames();
  return new Cluster(nodes, {
    enableOfflineQueue,
    maxRedirections: 32,
    retryDelayOnFailover: 300,
    retryDelayOnClusterDown: 300,
    clusterRetryStrategy,
    // ioredis, Cluster: it would connect to the address of a name, which a certificate does not have.
    ...(access.tls ? { dnsLookup: (name, found) => found(null, name) } : {}),
    redisOptions: { ...node, ...signIn(access, nodes) },
  });
}

/** Options for one node of a cluster, to find out why it cannot be used. */
export function nodeOptions({ nodes, access }: Extract<RedisPlace, { nodes: unknown }>): Bears & SignIn {
  return { ...PRODUCER.node, ...signIn(access, nodes) };
}

type SignIn = Partial<{ username: string; password: string; tls: ConnectionOptions }>;

function signIn({ username, password, tls }: RedisAccess, named: HostAndPort[]): SignIn {
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: trusting(named) } : {}),
  };
}

/**
 * Nodes and sentinels tell the others' addresses, and a certificate may have names only. A server that is known by its
 * address must show a certificate for one of the names in the settings; one that is known by its name, for this name.
 */
function trusting(named: HostAndPort[]): ConnectionOptions {
  const names = named.map(({ host }) => host).filter((host) => isIP(host) === 0);
  return {
    checkServerIdentity(host, certificate) {
      const error = checkServerIdentity(host, certificate);
      if (error === undefined || isIP(host) === 0) return error;
      return names.some((name) => checkServerIdentity(name, certificate) === undefined) ? undefined : error;
    },
  };
}
