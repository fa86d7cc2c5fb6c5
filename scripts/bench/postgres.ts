/** PostgreSQL as in production, and what it counts. */
import { Client } from 'pg';
import type { TestServer } from '../../test/support/processes.ts';
import { startPostgres } from '../../test/support/servers.ts';

/** A statement that changes rows: by its text, or because it writes WAL in at least half of its calls. */
const WRITES = String.raw`(query ~* '\m(insert\s+into|delete\s+from|update\s+(\S+\s+){1,3}set)\M'
  or wal_records >= calls * 0.5)`;

/** What a database did since `reset`. */
export interface SqlCounts {
  statements: number;
  writes: number;
  /** Transactions that wrote something, in the whole server. */
  transactions: number;
  walBytes: number;
  /** Time spent in executing statements, ms; waiting for locks included. */
  executionMs: number;
}

/** A statement of a database. */
export interface StatementCount {
  query: string;
  calls: number;
  meanMs: number;
  walBytes: number;
  /** Whether a client sent it; else a function or trigger ran it. */
  isTopLevel: boolean;
}

/** The server, with databases made as needed. */
export type Postgres = Awaited<ReturnType<typeof openPostgres>>;

/** Starts a server with a new data directory, commits on disk, and statements counted. */
export async function openPostgres({ countsNested = false } = {}) {
  const server = await startPostgres({
    isDurable: true,
    settings: [
      'shared_preload_libraries=pg_stat_statements',
      'pg_stat_statements.track_utility=off',
      `pg_stat_statements.track=${countsNested ? 'all' : 'top'}`,
      'track_commit_timestamp=on',
      'max_wal_size=4GB',
    ],
  });
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('create extension pg_stat_statements');
  let made = 0;
  return {
    server,
    admin,
    urlOf: (database: string) => urlOf(server, database),
    /** Makes a database, like a template where one is named. */
    async createDatabase(template = 'template1', named?: string): Promise<string> {
      made += 1;
      const name = named ?? `bench_${made}`;
      await admin.query(`create database ${name} template ${template}`);
      return name;
    },
    async dropDatabase(name: string): Promise<void> {
      await admin.query(`drop database ${name} with (force)`);
    },
    ...counters(admin),
    async stop(): Promise<void> {
      await admin.end();
      await server.stop();
    },
  };
}

function counters(admin: Client) {
  let before = { xid: 0, lsn: 0 };
  return {
    /** Begins to count, after what was written before is on disk. */
    async resetCounts(): Promise<void> {
      await admin.query('checkpoint');
      await admin.query('select pg_stat_statements_reset()');
      before = await positions(admin);
    },

    async counts(database: string): Promise<SqlCounts> {
      const now = await positions(admin);
      const { rows } = await admin.query(
        `select coalesce(sum(calls), 0)::float as statements, coalesce(sum(total_exec_time), 0)::float as execution,
          coalesce(sum(calls) filter (where ${WRITES}), 0)::float as writes
        from pg_stat_statements where toplevel and dbid = (select oid from pg_database where datname = $1)`,
        [database],
      );
      const { statements, writes, execution: executionMs } = rows[0];
      const transactions = now.xid - before.xid;
      return { statements, writes, transactions, walBytes: now.lsn - before.lsn, executionMs };
    },

    /** Every statement, those that took longest in all first; what functions and triggers ran with `track=all` only. */
    async statements(database: string): Promise<StatementCount[]> {
      const { rows } = await admin.query(
        `select query, calls::float, mean_exec_time as "meanMs", wal_bytes::float as "walBytes", toplevel as "isTopLevel"
        from pg_stat_statements where dbid = (select oid from pg_database where datname = $1) order by total_exec_time desc`,
        [database],
      );
      return rows;
    },
  };
}

async function positions(admin: Client): Promise<{ xid: number; lsn: number }> {
  const { rows } = await admin.query(
    `select pg_snapshot_xmax(pg_current_snapshot())::text::float as xid,
      (pg_current_wal_lsn() - '0/0')::float as lsn`,
  );
  return rows[0];
}

/** Runs something on one connection to a database. */
export async function onDatabase<T>(url: string, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

function urlOf(server: TestServer, database: string): string {
  return Object.assign(new URL(server.url), { pathname: `/${database}` }).href;
}
