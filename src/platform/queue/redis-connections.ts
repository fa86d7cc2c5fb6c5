/** Connections to Redis, each of which comes back by itself after an outage. */
import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import type { ReportOutage } from '../outage-log.ts';

/** All connections to one Redis. */
export interface RedisConnections {
  /** For adding and looking: a command fails at once while Redis is away, and after 1.5 s when it does not answer. */
  producer: Redis;
  /** For workers: commands wait until Redis is back. Made when first asked for. */
  consumer(): Redis;
  /** Cuts every connection, also the copies BullMQ made of them. */
  end(): Promise<void>;
}

const retryStrategy = (times: number) => Math.min(times * 100, 2_000);

const PRODUCER = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  connectTimeout: 2_000,
  commandTimeout: 1_500,
  retryStrategy,
} satisfies RedisOptions;

/** BullMQ, connections: workers need `maxRetriesPerRequest: null`. */
const CONSUMER = { maxRetriesPerRequest: null, connectTimeout: 5_000, retryStrategy } satisfies RedisOptions;

/**
 * Opens the producer's connection.
 * @param url `redis://` or `rediss://`, with user, password and database number as needed
 */
export function openRedisConnections(url: string, report: ReportOutage): RedisConnections {
  const open = new Set<Redis>();
  const watch = (redis: Redis): Redis => {
    open.add(redis);
    redis.on('error', (error) => report('redis', error));
    redis.on('end', () => open.delete(redis));
    return redis;
  };
  const producer = watch(new Redis(url, PRODUCER));
  let consumer: Redis | null = null;
  return {
    producer,
    consumer() {
      consumer ??= watch(keepCopies(new Redis(url, CONSUMER), watch));
      return consumer;
    },
    async end() {
      await Promise.all([...open].map(disconnect));
    },
  };
}

/** BullMQ blocks on a copy of a worker's connection. We see to it that a copy is watched and ended like the rest. */
function keepCopies(redis: Redis, watch: (copy: Redis) => Redis): Redis {
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => watch(duplicate(override));
  return redis;
}

async function disconnect(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  const ended = once(redis, 'end');
  // While ioredis waits for its next attempt, cutting would leave waiting commands unanswered for ever. Beginning the
  // attempt first makes cutting reject them; the attempt itself fails, as it should.
  if (redis.status === 'reconnecting') redis.connect().catch(() => undefined);
  redis.disconnect();
  await ended;
}
