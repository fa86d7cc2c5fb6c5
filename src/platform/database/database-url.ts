/** Addresses of PostgreSQL databases, in the forms that `pg` reads (pg-connection-string). */
import { addressProblem } from '../address-problem.ts';

const EXAMPLE = 'postgres://user:password@host:5432/database';

/**
 * What is wrong with an address, as the rest of a sentence that begins with the variable's name; null: nothing. It never
 * repeats any part of the address.
 */
export function databaseUrlProblem(text: string): string | null {
  if (/^(?:socket:|\/)/.test(text)) return null;
  if (!/^postgres(?:ql)?:\/\//i.test(text))
    return 'must be an address that starts with postgres:// or postgresql://';
  const problem = addressProblem(text);
  if (problem !== null) return problem;
  if (/,/.test(authorityOf(text)))
    return 'must name one host: for several servers use an address that leads to the one that can be written to';
  const parsed = parse(text);
  if (parsed === null) return `cannot be read: it must have the form ${EXAMPLE}`;
  const port = parsed.searchParams.get('port');
  return port !== null && !/^\d{1,5}$/.test(port) ? 'must have a port that is a number' : null;
}

/** Host, port and database of an address, for messages; without user and password. */
export function placeOf(text: string): string {
  if (text.startsWith('/')) return text.replace(' ', ' database ');
  const url = parse(text);
  if (url === null) return '(DATABASE_URL is not a URL)';
  if (url.protocol === 'socket:') return `${url.pathname} database ${url.searchParams.get('db') ?? ''}`;
  const host = decodeURIComponent(url.searchParams.get('host') || url.hostname) || 'localhost';
  const port = url.searchParams.get('port') || url.port;
  return `${host}${port && `:${port}`}${url.pathname}`;
}

/** A host that stands in the query only leaves the address without one, which is no URL (as pg does it). */
function parse(text: string): URL | null {
  return URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));
}

/** User, password, host and port, as they are written. */
const authorityOf = (text: string) => /^[^:]*:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
