/** The database: PGlite within this process, or a PostgreSQL server, with the same interface. */
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import type { Logger } from 'pino';
import { createOutageLog } from '../outage-log.ts';
import { createPrepare, type Migrations } from './migrate.ts';
import { openEmbedded } from './open-embedded.ts';
import { openPostgres } from './open-postgres.ts';
import type { QueuePool } from './queue-pool.ts';
import { createRunStatement, type RunStatement } from './run-statement.ts';

/** Where the database is. */
export type DatabaseOptions = {
  /** False where the queue is on Redis: BullMQ's tables are not made. Default true. */
  withQueueTables?: boolean;
} & (
  | {
      kind: 'embedded';
      /** Directory of the store; made when missing, and locked. Null keeps everything in memory. */
      dataDir: string | null;
    }
  | {
      kind: 'postgres';
      /** `postgres://user:password@host:port/database` */
      url: string;
      /** Most connections for statements of our own. The queue gets as many and ten more, as each worker keeps one. */
      poolSize: number;
      /** Whether statements that repeat have names, so that the server plans them once per connection. Default named. */
      statements?: 'named' | 'unnamed';
    }
);

/** An open database. */
export interface Database<Schema> {
  kind: DatabaseOptions['kind'];
  /** Tables and columns in camelCase; keys inside JSON values stay as they are. In a transaction use only its own handle. */
  db: Kysely<Schema>;
  /** Hand-written statements beside `db`, for paths on which the query builder's work would be felt. */
  run: RunStatement;
  /** For BullMQ, which finds its tables through `search_path bullmq, public`. */
  queuePool: QueuePool;
  /** Resolves when the database can be written to; rejects with where it is and why not otherwise. */
  check(): Promise<void>;
  /** Ends every connection and gives the data directory back. Close the queues first: they hold connections of `queuePool`. Calling it again has no effect. */
  close(): Promise<void>;
}

/**
 * Opens the database and brings its tables up to date.
 * @throws Error when the server cannot be reached, the directory is in use, or a migration fails; nothing stays open then
 */
export async function openDatabase<Schema>(
  options: DatabaseOptions,
  migrations: Migrations,
  log: Pick<Logger, 'warn'>,
): Promise<Database<Schema>> {
  const outages = createOutageLog(log);
  const { withQueueTables: queue = true } = options;
  const prepare = createPrepare(migrations, queue);
  const { pool, queuePool, check, close } =
    options.kind === 'embedded'
      ? await openEmbedded(options.dataDir, migrations, prepare, outages)
      : await openPostgres({ statements: 'named', ...options, queue }, prepare, outages);
  const plugin = new CamelCasePlugin({ maintainNestedObjectKeys: true });
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins: [plugin] });
  let closing: Promise<void> | null = null;
  return {
    kind: options.kind,
    db,
    run: createRunStatement(pool as unknown as Parameters<typeof createRunStatement>[0]),
    queuePool,
    check,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
