/** Opens PGlite, in a locked directory or in memory. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { PostgresPool } from 'kysely';
import type { ReportOutage } from '../outage-log.ts';
import { makePrivateDirectory, makePrivateFiles } from '../private-directory.ts';
import { takeDataLock } from './data-lock.ts';
import { EmbeddedPool } from './embedded-pool.ts';
import type { Migrations, Prepare } from './migrate.ts';
import { copyPreparedStore } from './prepared-store.ts';
import type { OpenPools } from './queue-pool.ts';
import { rowParsers } from './row-parsers.ts';

/**
 * PGlite's own parameters with a page cache of 16 MB. Its default is 128 MB, all of which it fills with zeros when it opens.
 */
const START_PARAMETERS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

/** Whether the directory has a store. */
export function hasEmbeddedStore(dataDir: string | null): boolean {
  return dataDir !== null && existsSync(registryIn(dataDir));
}

function registryIn(dataDir: string): string {
  return join(dataDir, 'registry');
}

/**
 * Opens the store in `<dataDir>/registry` and brings its tables up to date. The first time it is a copy of the prepared
 * store, or, which takes some seconds, a new one. Nobody but the user of this process may look into the directory.
 * @param migrations those that `prepare` runs
 * @throws Error as `makePrivateDirectory`, `takeDataLock` and `prepare` do
 */
export async function openEmbedded(
  dataDir: string | null,
  migrations: Migrations,
  prepare: Prepare,
  report: ReportOutage,
): Promise<OpenPools> {
  if (dataDir !== null) makePrivateDirectory(dataDir);
  const lock = dataDir === null ? null : takeDataLock(dataDir);
  let pool: EmbeddedPool | null = null;
  const close = async () => {
    await pool?.end();
    hideFiles(dataDir);
    lock?.release();
  };
  try {
    const registry = dataDir === null ? 'memory://' : registryIn(dataDir);
    if (dataDir !== null && !hasEmbeddedStore(dataDir)) copyPreparedStore(registry, migrations);
    const pglite = await PGlite.create(registry, { parsers: rowParsers, startParams: START_PARAMETERS });
    const opened = new EmbeddedPool(pglite);
    pool = opened;
    pool.on('error', (error) => report('embedded database', error));
    // Kysely's type also wants cursors; it uses them only where a cursor class is configured.
    const kyselyPool = pool as unknown as PostgresPool;
    await prepare(kyselyPool, pool);
    // One session for all: BullMQ finds its tables first, ours have names it does not use.
    await pool.query('set search_path to bullmq, public');
    hideFiles(dataDir);
    return {
      pool: kyselyPool,
      queuePool: pool,
      check: async () => void (await opened.query('select 1')),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** PGlite opens its files to everybody, whatever the umask; those that it makes later are hidden by their directory. */
function hideFiles(dataDir: string | null): void {
  if (dataDir === null || !hasEmbeddedStore(dataDir)) return;
  makePrivateDirectory(registryIn(dataDir));
  makePrivateFiles(registryIn(dataDir));
}
