/** Brings the tables up to date: ours, then BullMQ's. Both take a lock in the database, so several processes may start at once. */
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type { Migration } from 'kysely/migration';
import { versionOf } from './package-version.ts';
import type { QueuePool } from './queue-pool.ts';

/** Steps by name. They run in the order of their names and only ever grow: one that has run is never changed or removed. */
export type Migrations = Record<string, Step>;

/** One of them. */
interface Step extends Migration {
  /** What it consists of, by which a prepared store knows that it was made with this very step. */
  text?(): string;
}

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
  if (await haveAllRun(pool, migrations)) return;
  const { Migrator } = await import('kysely/migration');
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const what = failed ? `Migration ${failed} failed and was rolled back` : 'The database migrations failed';
  throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

/** Asked first: the migrator looks through the whole catalog, which is most of the start of an embedded store. */
async function haveAllRun(pool: PostgresPool, migrations: Migrations): Promise<boolean> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ name: string }>('select name from kysely_migration', []);
    const wanted = new Set(Object.keys(migrations));
    return wanted.symmetricDifference(new Set(rows.map(({ name }) => name))).size === 0;
  } catch (error) {
    if (isMissingTable(error)) return false;
    throw error;
  } finally {
    client.release();
  }
}

/** PostgreSQL, error codes: undefined table. */
function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P01';
}

/**
 * Creates or updates BullMQ's tables in its schema `bullmq`. The schema's comment says which version did so last: this
 * one need not do it again, since it would lock a table that others work with.
 * @throws the database's error
 */
async function migrateQueue(pool: QueuePool): Promise<void> {
  const version = versionOf('bullmq');
  const client = await pool.connect();
  try {
    const { rows } = await client.query(
      `select obj_description(to_regnamespace('bullmq'), 'pg_namespace') as version`,
    );
    if (rows[0]?.version === version) return;
    const { runMigrations } = await import('bullmq');
    await runMigrations(client);
    await client.query(`comment on schema bullmq is '${version}'`);
  } finally {
    client.release();
  }
}
