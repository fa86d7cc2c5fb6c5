/** Queues on Redis. */
import { Queue, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { endsWithin } from '../in-time.ts';
import type { ReportOutage } from '../outage-log.ts';
import type { QueueStore, Traced } from './queue-store.ts';
import type { RedisClient } from './redis-clients.ts';
import { openRedisConnections } from './redis-connections.ts';
import type { RedisPlace } from './redis-place.ts';
import { redisPrefix } from './redis-prefix.ts';

/** How long opening waits for Redis before it goes on without. */
const OPEN_MS = 2_000;
/** How long Redis may take to show that it is there. */
const PING_MS = 2_000;

/**
 * Connects to Redis and warns when it is configured to evict keys. Where Redis does not answer within 2 s this resolves
 * all the same: adding fails until it is there, workers begin when it is.
 * @param options.prefix first part of every key; put in braces, so that a cluster keeps the keys of a queue in one slot
 */
export async function openRedisStore(
  options: RedisPlace & { prefix: string },
  traced: Traced,
  log: Pick<Logger, 'warn'>,
  report: ReportOutage,
): Promise<QueueStore> {
  const connections = openRedisConnections(options, report);
  const { producer } = connections;
  const prefix = redisPrefix(options.prefix);
  producer.on('ready', () => {
    warnOfEviction(producer, log).catch((error: unknown) => report('redis', error));
  });
  await becomesReady(producer);
  return {
    // BullMQ would wait for Redis before it lets a command fail, and give up for ever if Redis were away at first.
    createQueue: (name) =>
      new Queue(name, {
        ...traced,
        connection: producer,
        prefix,
        skipWaitingForReady: true,
        skipVersionCheck: true,
      }),
    createWorker: (name, processor, shared) =>
      new Worker(name, processor, { ...shared, ...traced, connection: connections.consumer(), prefix }),
    async ping() {
      // A question about a key of ours, so that in a cluster the node that has the queues answers it.
      if (!(await endsWithin(producer.exists(`${prefix}:ping`), PING_MS)))
        throw new Error('Redis did not answer in time; check whether it is running or failing over.');
    },
    end: connections.end,
  };
}

/**
 * BullMQ, going to production: any policy but `noeviction` lets Redis drop keys of queues when memory is short. Asked
 * whenever we connect, so also about a server that has just become the master.
 */
async function warnOfEviction(client: RedisClient, log: Pick<Logger, 'warn'>): Promise<void> {
  for (const node of nodesOf(client)) {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await node.info('memory'))?.[1];
    if (policy === undefined || policy === 'noeviction') continue;
    // Behind sentinels the options do not say which server it is.
    const { remoteAddress: host, remotePort: port } = node.stream;
    log.warn(
      { policy, host, port },
      'redis: maxmemory-policy must be noeviction, or Redis deletes jobs when memory is short; set it in redis.conf',
    );
  }
}

/** Every node of a cluster: each may come to have the queues. */
function nodesOf(client: RedisClient): Redis[] {
  return client.isCluster ? (client as Cluster).nodes('all') : [client as Redis];
}

async function becomesReady(client: RedisClient): Promise<void> {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  client.once('ready', resolve);
  await endsWithin(ready, OPEN_MS);
  client.off('ready', resolve);
}
