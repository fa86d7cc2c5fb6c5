/** Hand-written statements, sent as they are: for the few that run so often that a query builder's work would be felt. */
import { CompiledQuery, type Kysely } from 'kysely';
import { toCamelCase } from './camel-case.ts';

/** What both drivers' pools offer. */
interface StatementPool {
  query(
    text: string,
    values: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

/** SQL text with `$1`, `$2`, … for the values; what the tag `sql` of sql-template-tag makes. */
export interface Statement {
  /** The same text each time, so that the server plans it once. */
  readonly text: string;
  /** As the query builder takes them: a list that is meant as JSON goes as JSON text. */
  readonly values: readonly unknown[];
}

/**
 * Runs one statement, outside of any transaction if nothing else is said.
 * @returns the rows, columns in camelCase (keys inside JSON values stay as they are)
 * @throws the database's error, with PostgreSQL's `code` and `constraint`
 */
export type RunStatement = <Row>(statement: Statement) => Promise<Row[]>;

/** Lets hand-written statements run on a pool. */
export function createRunStatement(pool: StatementPool): RunStatement {
  return async <Row>({ text, values }: Statement) => {
    const { rows } = await pool.query(text, values as unknown[]);
    return inCamelCase(rows) as Row[];
  };
}

/** Lets hand-written statements run where the query builder's do: in its transaction, if it has one. */
export function runIn<Schema>(db: Kysely<Schema>): RunStatement {
  return async <Row>({ text, values }: Statement) =>
    (await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
}

/** `runWhenLocked` on one database. */
export type RunWhenLocked = <Row>(lock: Statement, statement: Statement) => Promise<Row[]>;

/**
 * Runs a statement once another one has locked rows, in one transaction. A statement that waits for a row sees that row as
 * it is afterwards, and everything else as it was before (PostgreSQL, "Read Committed Isolation Level"). The one that comes
 * after it sees all that was written by those who held the row.
 * @returns the rows of `statement`
 */
export function runWhenLocked<Row, Schema>(
  db: Kysely<Schema>,
  lock: Statement,
  statement: Statement,
): Promise<Row[]> {
  const transaction = db.transaction().setIsolationLevel('read committed');
  return transaction.execute(async (session) => {
    await runIn(session)(lock);
    return runIn(session)<Row>(statement);
  });
}

/** Column names of results by themselves, and the same in camelCase. There are as many as statements are written. Named
 * statements have theirs from the driver already. */
const known = new Map<string, string[]>();

function inCamelCase(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  const [first] = rows;
  if (first === undefined) return rows;
  const columns = Object.keys(first);
  const list = columns.join();
  if (!list.includes('_')) return rows;
  const names = known.get(list) ?? columns.map(toCamelCase);
  known.set(list, names);
  return rows.map((row) => {
    const renamed: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) {
      renamed[names[index] as string] = row[columns[index] as string];
    }
    return renamed;
  });
}
