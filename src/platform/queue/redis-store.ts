/** Queues on Redis. */
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { endsWithin } from '../ends-within.ts';
import type { ReportOutage } from '../outage-log.ts';
import type { QueueStore, Traced } from './queue-store.ts';
import { openRedisConnections } from './redis-connections.ts';

/** How long opening waits for Redis before it goes on without. */
const OPEN_MS = 2_000;

/**
 * Connects to Redis and warns when it is set up to throw jobs away. Where Redis does not answer within 2 s this resolves
 * all the same: adding fails until it is there, workers begin when it is.
 * @param options.prefix first part of every key; put in braces, so that a cluster keeps the keys of a queue in one slot
 */
export async function openRedisStore(
  options: { url: string; prefix: string; traced: Traced },
  log: Pick<Logger, 'warn'>,
  report: ReportOutage,
): Promise<QueueStore> {
  const connections = openRedisConnections(options.url, report);
  const { producer } = connections;
  const { traced } = options;
  const prefix = /^\{.*\}$/.test(options.prefix) ? options.prefix : `{${options.prefix}}`;
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
      await producer.ping();
    },
    end: connections.end,
  };
}

/** BullMQ, going to production: any policy but `noeviction` lets Redis drop keys of queues when memory is short. */
async function warnOfEviction(redis: Redis, log: Pick<Logger, 'warn'>): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  log.warn(
    { policy },
    'redis: maxmemory-policy must be noeviction, or jobs are lost when memory is short; set it in redis.conf',
  );
}

async function becomesReady(redis: Redis): Promise<void> {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  redis.once('ready', resolve);
  await endsWithin(ready, OPEN_MS);
  redis.off('ready', resolve);
}
