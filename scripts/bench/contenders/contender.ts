/** Who is measured. */
import type { Bench } from '../bench.ts';

/** A contender that runs. */
export interface Contender {
  name: string;
  /** Its REST API, and the key for it. */
  url: string;
  apiKey: string;
  /** Its processes. */
  pids: number[];
  databaseUrl: string;
  /** Its operators' port, where it has one. */
  opsUrl: string | null;
  /**
   * Reads for users ($1::text[]) when the transaction was committed that finished their verification: columns `user`
   * and `ms` (since 1970).
   */
  finishedSql: string;
  stop(): Promise<void>;
}

/** How a contender is started, on an empty queue. */
export interface ContenderKind {
  name: string;
  /** The database that its own is made like; PostgreSQL's default for those that make their tables. */
  template(bench: Bench): Promise<string>;
  start(bench: Bench, place: Place): Promise<Contender>;
}

/** Where a contender finds its database, and what it is started with. */
export interface Place {
  databaseUrl: string;
  /** Where profiles of its processes go, or null. */
  profileDirectory: string | null;
  /** More variables for Poundkey. */
  environment?: Record<string, string>;
}
