/**
 * Named statements on PostgreSQL. The server parses and plans an unnamed statement each time; one that has a name only
 * once per connection.
 */
import { hash } from 'node:crypto';
import { Client, Query, type QueryResult } from 'pg';
import { inTime } from '../in-time.ts';
import { DescribedQuery } from './described-query.ts';

/** Each connection keeps a plan for each name, so texts that are put together (`in (…)`) must not all get one. */
const MOST_NAMES = 300;
/** Texts seen once that are remembered. When there are more, remembering begins anew. */
const MOST_SEEN = 1_000;

/** Names for statement texts, the same on every connection. */
export interface StatementNames {
  /** The text's name; null where it is seen for the first time, or when there are 300 names already. */
  nameOf(text: string): string | null;
  /** Gives a text another name, since the plans under the present one can no longer be used. */
  rename(text: string): void;
}

/** Names texts from the second time that they are seen. */
export function createStatementNames(): StatementNames {
  const seen = new Set<string>();
  const names = new Map<string, string>();
  let renamed = 0;
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined) return known;
      if (names.size >= MOST_NAMES) return null;
      if (seen.delete(text)) {
        const name = hashed(text);
        names.set(text, name);
        return name;
      }
      if (seen.size >= MOST_SEEN) seen.clear();
      seen.add(text);
      return null;
    },
    rename(text) {
      renamed += 1;
      names.set(text, `${hashed(text)}_${renamed}`);
    },
  };
}

const hashed = (text: string) => hash('sha256', text, 'hex').slice(0, 20);

type Callback = (error: Error | undefined, result?: QueryResult) => void;
/** `Client.query` has a signature for each way to call it; here all of them come to this. */
type Send = (this: Client, config: unknown, values?: unknown, callback?: unknown) => Promise<QueryResult>;

interface NamingOptions {
  sharedSessions?: boolean;
  inCamelCase?: boolean;
  answerTimeoutMs: number;
}

/**
 * A client for `pg.Pool` that names the statements which repeat. Only those with parameters: a text without may hold
 * several statements, which cannot have a name.
 * @param options.sharedSessions whether connections share sessions; then each result is described
 * @param options.inCamelCase whether columns may be named in camelCase, for those who take them in both ways
 * @param options.answerTimeoutMs longest wait for an answer, ms; 0 for no limit. Named statements have no `query_timeout` of `pg`:
 * see `test/project/kept-memory.test.ts`
 */
export function namingClient(
  names: StatementNames,
  { sharedSessions = false, inCamelCase = false, answerTimeoutMs }: NamingOptions,
): typeof Client {
  class NamingClient extends Client {
    override query(config: unknown, values?: unknown, callback?: unknown): never {
      const name =
        typeof config === 'string' && Array.isArray(values) && values.length > 0
          ? names.nameOf(config)
          : null;
      if (name === null) return this.#send(config, values, callback) as never;
      const result = this.#sendNamed(name, config as string, values as unknown[]);
      if (typeof callback !== 'function') return result as never;
      const done = callback as Callback;
      return void result.then((rows) => done(undefined, rows), done) as never;
    }

    #send(config: unknown, values?: unknown, callback?: unknown): Promise<QueryResult> {
      const limited = typeof config === 'string' ? { text: config, query_timeout: answerTimeoutMs } : config;
      return (super.query as unknown as Send).call(this, limited, values, callback);
    }

    /** A query made here is taken as it is; a list of its parts would be copied property by property. */
    #submit(name: string, text: string, values: unknown[]): Promise<QueryResult> {
      const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
      const done = (error: Error | undefined, result: QueryResult) =>
        error ? reject(error) : resolve(result);
      const sent = values.map(asText);
      super.query(
        sharedSessions
          ? Object.assign(new Query(text, sent, done), { name })
          : new DescribedQuery(name, text, sent, done, inCamelCase),
      );
      // In the words of `pg`. The pool closes the connection then, since its answer may still come.
      return answerTimeoutMs === 0 ? promise : inTime(promise, answerTimeoutMs, 'Query read timeout');
    }

    async #sendNamed(name: string, text: string, values: unknown[]): Promise<QueryResult> {
      try {
        return await this.#submit(name, text, values);
      } catch (error) {
        if (!isOutdated(error)) throw error;
        names.rename(text);
        // In a transaction nothing can be done again but the whole of it.
        if (this.getTransactionStatus() !== 'I') throw error;
        return this.#send(text, values);
      }
    }
  }
  return NamingClient as unknown as typeof Client;
}

/** An instant in UTC; `pg` would write it in the time zone of the process, which takes longer. */
function asText(value: unknown): unknown {
  return value instanceof Date && hasFourDigits(value.getUTCFullYear()) ? value.toISOString() : value;
}

const hasFourDigits = (year: number) => year > 0 && year < 10_000;

/**
 * A table has got another column since the statement was planned (a newer version of Poundkey has started), and the
 * statement returns all columns. PostgreSQL refuses it under this name until the connection ends.
 */
function isOutdated(error: unknown): boolean {
  return (
    error instanceof Error &&
    'routine' in error &&
    error.routine === 'RevalidateCachedQuery' &&
    'code' in error &&
    error.code === '0A000'
  );
}
