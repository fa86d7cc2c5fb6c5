/** Connections to Redis, each of which comes back by itself after an outage. */
import { once } from 'node:events';
import type { Cluster } from 'ioredis';
import { endsWithin } from '../in-time.ts';
import type { ReportOutage } from '../outage-log.ts';
import { CONSUMER, createRedisClient, PRODUCER, type RedisClient } from './redis-clients.ts';
import type { RedisPlace } from './redis-place.ts';

/** All connections to one Redis. */
export interface RedisConnections {
  /** For adding and reading: a command fails at once while Redis is away, and after 1.5 s (cluster: 10 s) when it does not answer. */
  producer: RedisClient;
  /** For workers: commands wait until Redis is back. Made when first asked for. */
  consumer(): RedisClient;
  /** Cuts every connection, also the copies BullMQ made of them. */
  end(): Promise<void>;
}

/** How long cutting a connection may take, ms. */
const CUT_MS = 1_000;

/** Opens the producer's connection. */
export function openRedisConnections(place: RedisPlace, report: ReportOutage): RedisConnections {
  const open = new Set<RedisClient>();
  const watch = <Client extends RedisClient>(client: Client): Client => {
    const inTrouble = (error: unknown) => report('redis', error);
    open.add(client);
    client.on('error', inTrouble);
    if (client.isCluster) (client as Cluster).on('node error', inTrouble);
    client.on('end', () => open.delete(client));
    return client;
  };
  const producer = watch(createRedisClient(place, PRODUCER));
  let consumer: RedisClient | null = null;
  return {
    producer,
    consumer() {
      consumer ??= watch(keepCopies(createRedisClient(place, CONSUMER), watch));
      return consumer;
    },
    async end() {
      await Promise.all([...open].map(disconnect));
    },
  };
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
