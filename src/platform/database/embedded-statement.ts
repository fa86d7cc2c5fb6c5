/** One statement on PGlite, asked and answered in node-postgres' shape. */
import type { PGlite, Results } from '@electric-sql/pglite';

/** A result as node-postgres gives it, as far as Kysely and BullMQ look at it. */
export interface StatementResult<Row> {
  /** First word of the command tag, such as `INSERT`; a failed transaction's `COMMIT` answers `ROLLBACK`. */
  command: string;
  rowCount: number;
  rows: Row[];
}

/**
 * Runs SQL text. Without parameters it may hold several statements; the last result is returned then.
 * @throws PGlite's DatabaseError with PostgreSQL's `code`, `constraint` and `table`, as node-postgres does
 */
export async function runStatement<Row>(
  pglite: PGlite,
  text: string,
  parameters: readonly unknown[],
): Promise<StatementResult<Row>> {
  const result =
    parameters.length === 0
      ? (await pglite.exec(text)).at(-1)
      : await pglite.query<Row>(text, parameters.map(toParameter));
  return {
    command: result?.command ?? '',
    rowCount: result?.rowCount ?? result?.affectedRows ?? 0,
    rows: (result as Results<Row> | undefined)?.rows ?? [],
  };
}

/** The channel a statement listens on, or null for any other statement. BullMQ puts a comment in front of its LISTEN. */
export function channelOfListen(text: string): string | null {
  const bare = text.replaceAll(/--[^\n]*(\n|$)|\/\*[\s\S]*?\*\//g, '').trim();
  return /^listen\s+"?(\w+)"?\s*;?$/i.exec(bare)?.[1] ?? null;
}

/** Like node-postgres: an object that is no date, list or bytes goes as JSON text, and undefined is null. */
function toParameter(value: unknown): unknown {
  if (value === undefined) return null;
  const isPlainObject =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !ArrayBuffer.isView(value);
  return isPlainObject ? JSON.stringify(value) : value;
}
