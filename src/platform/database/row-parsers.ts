/**
 * What a value of each PostgreSQL type is in JavaScript, where the two drivers differ. Both use this table, so rows are
 * equal on PGlite and on a server: int8 is a number, date, timestamp and interval are PostgreSQL's own text (they belong
 * to no time zone), bytea is a Buffer.
 */
import { types } from 'pg';

/** Turns PostgreSQL's text form of one value into JavaScript's. */
export type ParseText = (text: string) => unknown;

const asIs: ParseText = (text) => text;
const asBytes: ParseText = (text) => Buffer.from(text.slice(2), 'hex');

/** Type numbers are PostgreSQL's own (`select oid, typname from pg_type`). */
const INT8 = 20;
const INT8_ARRAY = 1016;
const BYTEA = 17;
const DATE = 1082;
const TIMESTAMP = 1114;
const INTERVAL = 1186;

/** Parsers by type number, for both drivers. */
export const rowParsers: Record<number, ParseText> = {
  [INT8]: toSafeInteger,
  [INT8_ARRAY]: toSafeIntegers,
  [BYTEA]: asBytes,
  [DATE]: asIs,
  [TIMESTAMP]: asIs,
  [INTERVAL]: asIs,
};

/** The same table as node-postgres wants it: text values through `rowParsers`, everything else as that driver does. */
export const postgresTypes = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && rowParsers[oid]) ||
    types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** One dimension: `{1,NULL,2}`. */
function toSafeIntegers(text: string): Array<number | null> {
  const items = text.slice(1, -1);
  return items === '' ? [] : items.split(',').map((item) => (item === 'NULL' ? null : toSafeInteger(item)));
}

/** @throws RangeError when the number is not exact in JavaScript */
function toSafeInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(
      `The database holds ${text}, an integer beyond 2^53 - 1; select such columns as text.`,
    );
  }
  return number;
}
