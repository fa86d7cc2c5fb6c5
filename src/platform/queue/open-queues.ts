/** Queues and workers, in the database or on Redis. Both survive the absence of their store, and nothing is left of them after `close`. */
import type { PgPool, Processor, Queue, Telemetry, Worker } from 'bullmq';
import type { Logger } from 'pino';
import { endsWithin, inTime } from '../in-time.ts';
import { createOutageLog, type OutageLog } from '../outage-log.ts';
import { watchStore } from '../watch-store.ts';
import { createDatabaseStore } from './database-store.ts';
import type { NoticeListener, Notices } from './notices.ts';
import type { QueueStore, Traced } from './queue-store.ts';
import type { RedisPlace } from './redis-place.ts';
import { openRedisStore } from './redis-store.ts';

/** Where the queues are. */
export type QueuesOptions =
  | {
      kind: 'database';
      /** `Database.queuePool`. */
      pool: PgPool;
    }
  | ({
      kind: 'redis';
      /** First part of every key. */
      prefix: string;
    } & RedisPlace);

/** How soon the work of a process that died is taken up by another, both in milliseconds. */
export interface QueuesSettings {
  /** A worker that has not renewed its hold on a job for this long has lost it. It renews at half of it. */
  lockDurationMs: number;
  /** How often lost jobs are looked for. */
  stalledIntervalMs: number;
  /** What traces the queues and workers, if anything does. */
  telemetry?: Telemetry | null;
}

/** Open queues. */
export interface Queues {
  kind: QueuesOptions['kind'];
  /**
   * The queue of this name, the same object each time. Its methods reject within 2 s while Redis is away, within 10 s if
   * it is a cluster, which may put another node in charge by then.
   * @throws Error after `close`
   */
  queue(name: string): Queue;
  /**
   * Starts working on a queue. The process function may be called again for a job whose worker died.
   * @param options.concurrency most jobs in work at once
   * @throws Error after `close`
   */
  worker(name: string, processor: Processor, options: { concurrency: number }): Worker;
  /**
   * Listens to what processes that share the store send each other under this name.
   * @throws Error after `close`
   */
  openNotices(name: string, listener: NoticeListener): Notices;
  /** Resolves when the store can be written to and every queue is ready; rejects with where it is and why otherwise. */
  ping(): Promise<void>;
  /**
   * Lets running process functions finish, closes workers, then queues, then our connections. Calling it again has no effect.
   * @param limitMs how long process functions may take, in milliseconds; after that they are left to themselves and their
   * jobs come back when the lock runs out. Default 10,000.
   */
  close(limitMs?: number): Promise<void>;
}

/**
 * Opens a place for queues. Resolves even where Redis cannot be reached yet; see `openRedisStore`.
 * @param log gets a line when an outage begins, and one when it is over
 */
export async function openQueues(
  options: QueuesOptions,
  settings: QueuesSettings,
  log: Pick<Logger, 'warn'>,
): Promise<Queues> {
  const outages = createOutageLog(log);
  const store =
    options.kind === 'database'
      ? createDatabaseStore(options.pool, tracedBy(settings))
      : await openRedisStore(options, tracedBy(settings), log, outages);
  return createQueues(options.kind, store, settings, outages);
}

function createQueues(
  kind: Queues['kind'],
  store: QueueStore,
  settings: QueuesSettings,
  outages: OutageLog,
): Queues {
  const queues = new Map<string, Queue>();
  const workers: Worker[] = [];
  let closing: Promise<void> | null = null;
  const refuseWhenClosed = () => {
    if (closing !== null) throw new Error('The queues are closed.');
  };
  const report = (error: unknown) => outages(store.subject, error, store.at);
  const ping = async () => {
    await store.ping();
    await Promise.all([...queues.values(), ...workers].map((each) => each.waitUntilReady()));
  };
  const stopWatching = watchStore({
    outages,
    look: () => inTime(ping(), LOOK_LIMIT_MS),
    always: store.watched,
    report,
  });
  return {
    kind,
    queue(name) {
      refuseWhenClosed();
      const queue = queues.get(name) ?? store.createQueue(name);
      if (!queues.has(name)) queue.on('error', (error) => report(error));
      queues.set(name, queue);
      return queue;
    },
    worker(name, processor, { concurrency }) {
      refuseWhenClosed();
      const worker = store.createWorker(name, processor, { ...workerOptions(settings), concurrency });
      worker.on('error', (error) => report(error));
      workers.push(worker);
      return worker;
    },
    openNotices(name, listener) {
      refuseWhenClosed();
      return store.openNotices(name, listener);
    },
    ping,
    close(limitMs = 10_000) {
      stopWatching();
      closing ??= closeInOrder(workers, [...queues.values()], store, limitMs);
      return closing;
    },
  };
}

function tracedBy({ telemetry }: QueuesSettings): Traced {
  return telemetry ? { telemetry } : {};
}

function workerOptions(settings: QueuesSettings) {
  return {
    lockDuration: settings.lockDurationMs,
    stalledInterval: settings.stalledIntervalMs,
    // The default of 1 gives a job up when two processes in a row died over it, although each time may have been a restart.
    maxStalledCount: 10,
    // The default of 15 s would be added to each outage.
    runRetryDelay: 1_000,
  };
}

/** How long one look at the store may take, ms. */
const LOOK_LIMIT_MS = 5_000;
/** How long anything but a process function may take to close. */
const CUT_OFF_MS = 1_000;

async function closeInOrder(
  workers: Worker[],
  queues: Queue[],
  store: QueueStore,
  limitMs: number,
): Promise<void> {
  const closings = workers.map((worker) => worker.close());
  const inTime = await settleWithin(closings, limitMs);
  if (!inTime)
    await settleWithin(
      workers.map((worker) => worker.disconnect()),
      CUT_OFF_MS,
    );
  await settleWithin(
    queues.map((queue) => queue.close()),
    CUT_OFF_MS,
  );
  await store.end();
  // What waited for a store that is away has failed by now.
  await settleWithin(closings, CUT_OFF_MS);
}

/** False when the time is up before all are settled. Failing to close is as good as closing. */
const settleWithin = (work: Array<Promise<void>>, limitMs: number): Promise<boolean> =>
  endsWithin(Promise.allSettled(work), limitMs);
