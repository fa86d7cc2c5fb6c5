/** Queues on Redis. */
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { endsWithin, inTime } from '../in-time.ts';
import { type ReportOutage, shortReason } from '../outage-log.ts';
import type { QueueStore, Traced } from './queue-store.ts';
import type { RedisClient } from './redis-clients.ts';
import { openRedisConnections, type RedisConnections } from './redis-connections.ts';
import { openRedisNotices } from './redis-notices.ts';
import { nameOf, type RedisPlace } from './redis-place.ts';
import { redisPrefix } from './redis-prefix.ts';
import { isRoleChange } from './role-change.ts';
import { SteadyWorker } from './steady-worker.ts';

/** How long opening waits for Redis before it goes on without. */
const OPEN_MS = 2_000;
/** How long Redis may take to show that it is there. */
const PING_MS = 2_000;
/** How long connections may take to become ready, of that, and how often they are looked at, ms. */
const READY_MS = 1_500;
const LOOK_MS = 25;
/** What was written to show that Redis can be written to is gone after this long, ms. */
const MARK_MS = 60_000;
/** How often a job that was refused because its server is a replica by now is added again over a new connection. */
const MOST_REFUSALS = 3;

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
    warnOfEviction(producer, log).catch((error: unknown) => report('redis', error, nameOf(options)));
  });
  await becomesReady(producer);
  return {
    subject: 'redis',
    at: nameOf(options),
    watched: true,
    // BullMQ would wait for Redis before it lets a command fail, and give up for ever if Redis were away at first.
    createQueue: (name) =>
      addingAgain(
        new Queue(name, {
          ...traced,
          connection: producer,
          prefix,
          skipWaitingForReady: true,
          skipVersionCheck: true,
        }),
        producer,
      ),
    createWorker: (name, processor, shared) =>
      new SteadyWorker(name, processor, { ...shared, ...traced, connection: connections.consumer(), prefix }),
    openNotices: (name, listener) =>
      openRedisNotices({ sender: producer, receiver: connections.receiver() }, `${prefix}:${name}`, listener),
    async ping() {
      try {
        await inTime(write(connections, prefix), PING_MS, 'it does not answer in time');
      } catch (error) {
        throw unusable(nameOf(options), whyOffline(connections, error));
      }
    },
    end: connections.end,
  };
}

/**
 * Writes, since a replica answers questions, too. The key is one of ours, so that in a cluster the node that has the queues
 * answers.
 */
async function write({ producer, areReady }: RedisConnections, prefix: string): Promise<void> {
  await producer.set(`${prefix}:ping`, Date.now(), 'PX', MARK_MS);
  const until = performance.now() + READY_MS;
  while (!areReady()) {
    if (performance.now() > until) throw new Error('not every connection is ready');
    await pause(LOOK_MS);
  }
}

/** What a command says while there is no connection is of no use to operators; what the connection said before is. */
function whyOffline({ lastError }: RedisConnections, error: unknown): unknown {
  const isOffline = error instanceof Error && OFFLINE.test(error.message);
  return (isOffline ? lastError() : null) ?? error;
}

const OFFLINE = /enableOfflineQueue|not every connection|in time|timed out|max retries|Connection is closed/;

function unusable(place: string, cause: unknown): Error {
  return new Error(`Redis at ${place} cannot be used: ${shortReason(cause)}`, { cause });
}

/**
 * A job that a server refused because it is no longer the one to write to is added to the new one as soon as that is found:
 * the sweeper would add it only later.
 */
function addingAgain(queue: Queue, producer: RedisClient): Queue {
  const add = queue.add.bind(queue);
  return Object.assign(queue, {
    async add(...job: Parameters<typeof add>) {
      for (let refusals = 1; refusals <= MOST_REFUSALS; refusals += 1) {
        try {
          return await add(...job);
        } catch (error) {
          if (!isRoleChange(error)) throw error;
        }
        await becomesReady(producer);
      }
      return add(...job);
    },
  });
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
