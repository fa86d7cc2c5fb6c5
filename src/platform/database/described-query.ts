/** Queries whose results are described once per connection. */
import { type Connection, Query, type QueryResult } from 'pg';
import { toCamelCase } from './camel-case.ts';

/** What `pg` makes of a description: the columns, and how each value is read. */
interface Shape {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

/** What is known on one connection, by the names of statements; `silent` is the connection that asks for no description. */
interface Known {
  shapes: Map<string, Shape>;
  silent: Connection;
}

const known = new WeakMap<Connection, Known>();

/** The parts of `pg`'s query that are not in its types. */
interface Internals {
  _result: Shape;
  _accumulateRows: boolean;
  prepare(connection: Connection): void;
  handleRowDescription(message: unknown): void;
}
const base = Query.prototype as unknown as Internals;

/**
 * A named statement. The server describes its result for each execution that asks for it, and reading the description
 * takes longer than reading a row. Under its name the result stays as it is, on this connection: where a table has changed,
 * PostgreSQL refuses the statement ("cached plan must not change result type"). Not for connections that share sessions.
 * Columns can be named in camelCase then, too, instead of in each row.
 */
export class DescribedQuery extends Query {
  readonly name: string;
  readonly #inCamelCase: boolean;
  #learned: Map<string, Shape> | null = null;

  constructor(
    name: string,
    text: string,
    values: unknown[],
    callback: (error: Error | undefined, result: QueryResult) => void,
    inCamelCase: boolean,
  ) {
    super(text, values, callback);
    this.name = name;
    this.#inCamelCase = inCamelCase;
  }

  /** Called by `pg`: sends the statement. */
  prepare(connection: Connection): void {
    const { shapes, silent } = knownOn(connection);
    const shape = shapes.get(this.name);
    if (shape === undefined) this.#learned = shapes;
    else this.#take(shape);
    base.prepare.call(this as unknown as Internals, shape === undefined ? connection : silent);
  }

  /** Called by `pg`, before the first row. */
  handleRowDescription(message: { fields: { name: string }[] }): void {
    if (this.#inCamelCase) for (const field of message.fields) field.name = toCamelCase(field.name);
    base.handleRowDescription.call(this as unknown as Internals, message);
    const { fields, _parsers, _prebuiltEmptyResultObject } = (this as unknown as Internals)._result;
    this.#learned?.set(this.name, { fields, _parsers, _prebuiltEmptyResultObject });
  }

  /** As if the description had come. */
  #take(shape: Shape): void {
    const query = this as unknown as Internals;
    Object.assign(query._result, shape);
    query._accumulateRows = true;
  }
}

function knownOn(connection: Connection): Known {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const silent: Connection = Object.create(connection, { describe: { value: () => undefined } });
  const made = { shapes: new Map<string, Shape>(), silent };
  known.set(connection, made);
  return made;
}
