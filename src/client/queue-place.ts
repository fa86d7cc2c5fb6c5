import { createRequire } from 'node:module';
import { type ConnectionOptions, createPostgresBackend, type PgPool, Queue, QueueEvents } from 'bullmq';
import type { Pool } from 'pg';
import { QUEUE_NAME } from '../journey/job/job-names.ts';
import { redisPrefix } from '../platform/queue/redis-prefix.ts';

/**
 * Where the service keeps its queue. `connection`: a Redis as BullMQ takes it, and the service's REDIS_PREFIX.
 * `databaseUrl`: the service's DATABASE_URL where it has no Redis; or a `pool` whose connections have `bullmq` first in
 * their search path.
 */
export type QueuePlace =
  | { connection: ConnectionOptions; prefix?: string }
  | { databaseUrl: string }
  | { pool: PgPool };

/** The queue, and its events. */
export interface OpenQueue {
  queue: Queue;
  events: QueueEvents;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

/** Opens the queue. Errors of the connection come to `report`; BullMQ connects again by itself. */
export function openQueue(place: QueuePlace, report: (error: Error) => void): OpenQueue {
  const { queue, events, end } = 'connection' in place ? onRedis(place) : inDatabase(place, report);
  queue.on('error', report);
  events.on('error', report);
  return {
    queue,
    events,
    async close() {
      await Promise.all([queue.close(), events.close()]);
      await end();
    },
  };
}

interface Opened {
  queue: Queue;
  events: QueueEvents;
  end: () => Promise<void>;
}

function onRedis({ connection, prefix = 'poundkey' }: Extract<QueuePlace, { connection: unknown }>): Opened {
  const options = { connection, prefix: redisPrefix(prefix) };
  return {
    queue: new Queue(QUEUE_NAME, options),
    events: new QueueEvents(QUEUE_NAME, options),
    end: async () => undefined,
  };
}

/** One connection listens for events, the others run the backend's commands. */
const CONNECTIONS = 4;

function inDatabase(
  place: Exclude<QueuePlace, { connection: unknown }>,
  report: (error: Error) => void,
): Opened {
  const own = 'pool' in place ? null : ownPool(place.databaseUrl, report);
  const options = { connection: 'pool' in place ? place.pool : (own as unknown as PgPool) };
  return {
    queue: new Queue(QUEUE_NAME, options, createPostgresBackend) as unknown as Queue,
    events: new QueueEvents(QUEUE_NAME, options, createPostgresBackend) as unknown as QueueEvents,
    end: async () => void (await own?.end()),
  };
}

/** Only those who have their queue in PostgreSQL need `pg`. */
function ownPool(connectionString: string, report: (error: Error) => void): Pool {
  const pg: typeof import('pg') = createRequire(import.meta.url)('pg');
  const pool = new pg.Pool({
    connectionString,
    max: CONNECTIONS,
    application_name: 'poundkey-client',
    keepAlive: true,
    onConnect: async (client: { query(text: string): unknown }) => {
      await client.query('set search_path to bullmq, public');
    },
  });
  pool.on('error', report);
  return pool;
}
