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
 * Makes a place. The embedded one is a copy of a store that has its tables, since making one takes 2 s.
 * @param options.empty without tables
 */
export async function freshStores(
  combination: StoreCombination,
  options: { empty?: boolean } = {},
): Promise<FreshStores> {
  if (combination === 'embedded') return freshEmbedded(options.empty ?? false);
  const { url, drop: dropDatabase } = await freshDatabase();
  const onRedis = combination === 'postgres+redis';
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

/** An empty database on the run's PostgreSQL. */
async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(given(postgresUrl));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: given(postgresUrl) });
  await client.connect();
  try {
    await client.query(statement);
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
