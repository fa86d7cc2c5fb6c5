/** The places Poundkey can keep its data in, as far as this machine has them, and a fresh one for each test. */
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, inject } from 'vitest';
import { type DatabaseOptions, openDatabase } from '../../src/platform/database/open-database.ts';
import { MIGRATIONS } from '../../src/registry/migrations.ts';

/** Registry and queue: in process, both in PostgreSQL, or PostgreSQL and Redis. */
export type StoreCombination = 'embedded' | 'postgres' | 'postgres+redis';

const postgresUrl = inject('postgresUrl');
const redisUrl = inject('redisUrl');

/** The combinations this machine can run. */
export const STORES: StoreCombination[] = [
  'embedded',
  ...(postgresUrl ? (['postgres'] as const) : []),
  ...(postgresUrl && redisUrl ? (['postgres+redis'] as const) : []),
];

/** Those that several processes can share; an embedded store lives and dies with its one process. */
export const SHARED_STORES = STORES.filter((combination) => combination !== 'embedded');
/** For what does not depend on the stores: the last has the most servers, and a server is quicker than the embedded store. */
export const ANY_STORE = STORES.at(-1) ?? 'embedded';

/** A place of its own: nothing in it, nobody else on it. */
export interface FreshStores {
  database: DatabaseOptions;
  /** For `openQueues`; `database` still wants the pool of the opened database. */
  queue: { kind: 'database' } | { kind: 'redis'; url: string; prefix: string };
  /** As in the environment of a service, or null. */
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Removes it all. Close what uses it first. */
  drop(): Promise<void>;
}

/** Defines the same tests once per combination. */
export function describeEachStore(name: string, define: (combination: StoreCombination) => void): void {
  describe.each(STORES)(`${name} on %s`, define);
}

/**
 * Makes a place. It is a copy of a store that has its tables: making them takes the embedded store 2 s, and a server half a
 * second of processor time.
 * @param options.empty without tables
 */
export async function freshStores(
  combination: StoreCombination,
  options: { empty?: boolean } = {},
): Promise<FreshStores> {
  if (combination === 'embedded') return freshEmbedded(options.empty ?? false);
  const onRedis = combination === 'postgres+redis';
  const template = options.empty ? null : await databaseTemplate(!onRedis);
  const { url, drop: dropDatabase } = await freshDatabase(template);
  const queue = onRedis ? freshPrefix() : { kind: 'database' as const };
  return {
    database: { kind: 'postgres', url, poolSize: 5, withQueueTables: !onRedis },
    queue,
    databaseUrl: url,
    redisUrl: queue.kind === 'redis' ? queue.url : null,
    async drop() {
      await dropDatabase();
      if (queue.kind === 'redis') await dropKeys(queue.url, queue.prefix);
    },
  };
}

async function freshEmbedded(isEmpty: boolean): Promise<FreshStores> {
  const dataDir = mkdtempSync(join(inject('runDirectory'), 'embedded-'));
  if (!isEmpty) cpSync(await embeddedTemplate(), dataDir, { recursive: true });
  return {
    database: { kind: 'embedded', dataDir },
    queue: { kind: 'database' },
    databaseUrl: null,
    redisUrl: null,
    drop: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Made by whoever needs it first. Two test processes may both make one; the first to be ready counts. */
async function embeddedTemplate(): Promise<string> {
  const template = join(inject('runDirectory'), 'template');
  if (existsSync(template)) return template;
  const draft = mkdtempSync(join(inject('runDirectory'), 'draft-'));
  const log = { warn: () => undefined };
  const database = await openDatabase({ kind: 'embedded', dataDir: draft }, MIGRATIONS, log);
  await database.close();
  try {
    renameSync(draft, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  }
  return template;
}

/** As `embeddedTemplate`, on the run's PostgreSQL. */
async function databaseTemplate(withQueueTables: boolean): Promise<string> {
  const template = withQueueTables ? 'template_with_queue' : 'template_without_queue';
  const [found] = await onServer(`select from pg_database where datname = '${template}'`);
  if (found) return template;
  const draft = await freshDatabase(null);
  const place = { kind: 'postgres' as const, url: draft.url, poolSize: 2, withQueueTables };
  const database = await openDatabase(place, MIGRATIONS, { warn: () => undefined });
  await database.close();
  // Not by its name: whoever is late finds it renamed by another process, and its own draft stays until the end of the run.
  await onServer(`alter database ${draft.name} rename to ${template}`).catch(async (error) => {
    if ((await onServer(`select from pg_database where datname = '${template}'`)).length === 0) throw error;
  });
  return template;
}

/** A database on the run's PostgreSQL: a copy of the template, or empty. */
async function freshDatabase(template: string | null) {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}${template === null ? '' : ` template ${template}`}`);
  const url = new URL(given(postgresUrl));
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function onServer(statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: given(postgresUrl) });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function freshPrefix() {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return { kind: 'redis' as const, url: given(redisUrl), prefix };
}

async function dropKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys(`{${prefix}}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}

function given(url: string | null): string {
  if (url === null) throw new Error('This combination needs a server that is not installed; see STORES.');
  return url;
}
