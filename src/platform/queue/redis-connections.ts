/** Connections to Redis, each of which comes back by itself after an outage. */
import { once } from 'node:events';
import { type Cluster, Redis } from 'ioredis';
import { endsWithin } from '../in-time.ts';
import type { ReportOutage } from '../outage-log.ts';
import { CONSUMER, createRedisClient, nodeOptions, PRODUCER, type RedisClient } from './redis-clients.ts';
import { nameOf, type RedisPlace } from './redis-place.ts';

/** All connections to one Redis. */
export interface RedisConnections {
  /** For adding and reading: a command fails at once while Redis is away, and after 1.5 s (cluster: 10 s) when it does not answer. */
  producer: RedisClient;
  /** For workers: commands wait until Redis is back. Made when first asked for. */
  consumer(): RedisClient;
  /** A further one of the same kind, to listen on. */
  receiver(): RedisClient;
  /** Whether every connection can be used, also the copies BullMQ made. */
  areReady(): boolean;
  /** What went wrong last on any connection, until all can be used again. */
  lastError(): Error | null;
  /** Cuts every connection, also the copies BullMQ made of them. */
  end(): Promise<void>;
}

/** How long cutting a connection may take, ms. */
const CUT_MS = 1_000;

/** Opens the producer's connection. */
export function openRedisConnections(place: RedisPlace, report: ReportOutage): RedisConnections {
  const open = new Set<RedisClient>();
  const at = nameOf(place);
  let lastError: Error | null = null;
  const inTrouble = (error: Error) => {
    lastError = error;
    report('redis', error, at);
  };
  const areReady = () => [...open].every(({ status }) => status === 'ready');
  const watch = <Client extends RedisClient>(client: Client): Client => {
    open.add(client);
    if ('nodes' in place) watchCluster(client as Cluster, place, inTrouble);
    else client.on('error', inTrouble);
    client.on('ready', () => {
      if (areReady()) lastError = null;
    });
    client.on('end', () => open.delete(client));
    return client;
  };
  const producer = watch(createRedisClient(place, PRODUCER, inTrouble));
  let consumer: RedisClient | null = null;
  return {
    producer,
    consumer() {
      consumer ??= watch(keepCopies(createRedisClient(place, CONSUMER, inTrouble), watch));
      return consumer;
    },
    receiver: () => watch(createRedisClient(place, CONSUMER, inTrouble)),
    areReady,
    lastError: () => lastError,
    async end() {
      await Promise.all([...open].map(disconnect));
    },
  };
}

/**
 * ioredis says of a cluster only that the list of its nodes could not be read, or that a connection is closed. Why, such
 * as a certificate that is not accepted, shows when one connects to the node by itself.
 */
function watchCluster(
  client: Cluster,
  place: Extract<RedisPlace, { nodes: unknown }>,
  inTrouble: (error: Error) => void,
): void {
  let asking = false;
  const findOut = (error: Error, host: string, port: number) => {
    if (asking) return;
    asking = true;
    void connectError(place, host, port).then((found) => {
      asking = false;
      inTrouble(found ?? error);
    });
  };
  client.on('error', (error: Error) => {
    const [{ host, port } = { host: 'localhost', port: 6379 }] = place.nodes;
    if (TELLS_NOTHING.test(error.message)) findOut(error, host, port);
    else inTrouble(error);
  });
  client.on('node error', (error: Error, key: string) => {
    const colon = key.lastIndexOf(':');
    if (TELLS_NOTHING.test(error.message)) findOut(error, key.slice(0, colon), Number(key.slice(colon + 1)));
    else inTrouble(error);
  });
}

const TELLS_NOTHING = /^(?:Connection is closed\.|Failed to refresh slots cache)/;

/** Connects to one node. @returns why that failed, or null */
async function connectError(
  place: Extract<RedisPlace, { nodes: unknown }>,
  host: string,
  port: number,
): Promise<Error | null> {
  const redis = new Redis({
    ...nodeOptions(place),
    host,
    port,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  let seen: Error | null = null;
  redis.on('error', (error: Error) => {
    seen = error;
  });
  try {
    await redis.connect();
    await redis.cluster('SLOTS');
    return null;
  } catch (error) {
    return seen ?? (error as Error);
  } finally {
    redis.disconnect();
  }
}

/** BullMQ blocks on a copy of a worker's connection. We see to it that a copy is watched and ended like the rest. */
function keepCopies(client: RedisClient, watch: (copy: RedisClient) => RedisClient): RedisClient {
  const duplicate = client.duplicate.bind(client) as (...overrides: unknown[]) => RedisClient;
  return Object.assign(client, { duplicate: (...overrides: unknown[]) => watch(duplicate(...overrides)) });
}

async function disconnect(client: RedisClient): Promise<void> {
  if (client.status === 'end') return;
  const ended = once(client, 'end');
  // While ioredis waits for its next attempt, cutting would leave waiting commands unanswered for ever, and a cluster's
  // client would never say that it has ended. Beginning the attempt first makes cutting reject them; the attempt itself
  // fails, as it should.
  if (client.status === 'reconnecting') client.connect().catch(() => undefined);
  client.disconnect();
  await endsWithin(ended, CUT_MS);
}
