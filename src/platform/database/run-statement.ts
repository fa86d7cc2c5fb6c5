/** Hand-written statements, sent as they are: for the few that run so often that a query builder's work would be felt. */

/** What both drivers' pools offer. */
interface StatementPool {
  query(
    text: string,
    values: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

/**
 * Runs one statement outside of any transaction.
 * @param statement SQL text with `$1`, `$2`, … for the values. It is the same text each time, so that the server plans it once
 * @param values as the query builder takes them: a list that is meant as JSON goes as JSON text
 * @returns the rows, columns in camelCase (keys inside JSON values stay as they are), and how many rows were read or changed
 * @throws the database's error, with PostgreSQL's `code` and `constraint`
 */
export type RunStatement = <Row>(
  statement: string,
  values: readonly unknown[],
) => Promise<{ rows: Row[]; rowCount: number }>;

/** Lets hand-written statements run on a pool. */
export function createRunStatement(pool: StatementPool): RunStatement {
  return async <Row>(statement: string, values: readonly unknown[]) => {
    const { rows, rowCount } = await pool.query(statement, values as unknown[]);
    return { rows: inCamelCase(rows) as Row[], rowCount: rowCount ?? rows.length };
  };
}

/** Column names of results by themselves, and the same in camelCase. There are as many as statements are written. */
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

const toCamelCase = (column: string) =>
  column.replaceAll(/(?<=.)_+(.)/g, (_match, letter: string) => letter.toUpperCase());
