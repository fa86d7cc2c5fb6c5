/** Brings the tables up to date: ours, then BullMQ's. Both take a lock in the database, so several processes may start at once. */
import { runMigrations } from 'bullmq';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { QueuePool } from './queue-pool.ts';

/** Steps by name. They run in the order of their names and only ever grow: one that has run is never changed or removed. */
export type Migrations = Record<string, Migration>;

/** Brings the tables up to date over one pool, seen by Kysely and by BullMQ. */
export type Prepare = (pool: PostgresPool, queuePool: QueuePool) => Promise<void>;

/**
 * What has to happen before a database is used.
 * @param withQueueTables whether BullMQ's tables are wanted too
 */
export function createPrepare(migrations: Migrations, withQueueTables: boolean): Prepare {
  return async (pool, queuePool) => {
    // Ours first: on the embedded database the search path changes afterwards, and they would land in BullMQ's schema.
    await migrate(pool, migrations);
    if (withQueueTables) await migrateQueue(queuePool);
  };
}

/**
 * Runs the steps that have not run yet, each in a transaction.
 * @throws Error naming the step that failed, with the database's error as its cause; earlier steps stay
 */
async function migrate(pool: PostgresPool, migrations: Migrations): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const what = failed
    ? `Migration ${failed} failed and was undone`
    : 'The tables could not be brought up to date';
  throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

/** Creates or updates BullMQ's tables in its schema `bullmq`. @throws the database's error */
async function migrateQueue(pool: QueuePool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}
