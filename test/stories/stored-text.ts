/** Everything that the stores of a world hold, as text. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { findServers } from '../support/servers.ts';
import type { FreshStores } from '../support/stores.ts';
import type { World } from '../support/world.ts';

/** Rows by `schema.table`; a row has its columns by their names in the database. */
export type Rows = Map<string, Record<string, unknown>[]>;

/** Every row of every table; only those of one schema when it is named. */
export async function readRows({ db }: World, schema?: string): Promise<Rows> {
  const { rows } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by 1, 2`.execute(db);
  const tables: Rows = new Map();
  for (const { schema: home, name } of rows.filter((table) => (schema ?? table.schema) === table.schema)) {
    const content = await sql<{ text: string }>`
      select to_jsonb(t)::text as text from ${sql.table(`${home}.${name}`)} t order by 1`.execute(db);
    tables.set(
      `${home}.${name}`,
      content.rows.map(({ text }) => JSON.parse(text)),
    );
  }
  return tables;
}

/** What a request that is refused must leave as it was: the registry but for the note of the refusal, and how many jobs there are. */
export async function readState(world: World) {
  const { 'public.refusal': _, ...rows } = Object.fromEntries(await readRows(world, 'public'));
  return {
    rows,
    jobs: await world.service.jobs.queue.getJobCounts(),
  };
}

/** All jobs of the queue, with everything that BullMQ keeps of them. */
export async function readJobs({ service }: World): Promise<string> {
  const { queue } = service.jobs;
  const jobs = await queue.getJobs();
  const logs = await Promise.all(jobs.map(async ({ id }) => queue.getJobLogs(id ?? '')));
  return JSON.stringify([jobs.map((job) => [job.asJSON(), job.name, job.data, job.returnvalue]), logs]);
}

/** What each type of key in Redis is read with. */
const READERS: Record<string, (redis: Redis, key: string) => Promise<unknown>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, '0', '-1', 'WITHSCORES'),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
  // It has expired since it was found.
  none: async () => null,
};

/** Every key of the stores' Redis with its value, or an empty text where there is none. */
export async function readRedis({ queue }: FreshStores): Promise<string> {
  if (queue.kind !== 'redis') return '';
  const redis = new Redis(queue.url);
  try {
    const keys: string[] = [];
    for await (const page of redis.scanStream({ match: `{${queue.prefix}}*` })) keys.push(...page);
    const values = keys.map(async (key) => {
      const read = READERS[await redis.type(key)];
      if (!read) throw new Error(`Nothing here reads keys of the type of ${key}.`);
      return [key, await read(redis, key)];
    });
    return JSON.stringify(await Promise.all(values));
  } finally {
    redis.disconnect();
  }
}

/** The SQL dump of the stores' PostgreSQL, one row a line, or an empty text where there is none. */
export function dumpDatabase({ databaseUrl }: FreshStores): string {
  const initdb = findServers().postgres;
  if (databaseUrl === null || initdb === null) return '';
  const program = join(dirname(realpathSync(initdb)), 'pg_dump');
  return execFileSync(program, ['--inserts', databaseUrl], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
