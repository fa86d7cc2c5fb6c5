/** Lets ioredis connect to the nodes of a cluster by the names that they announce, as certificates need it. */
import { isIP } from 'node:net';
import { Command } from 'ioredis';

/**
 * A node in the reply to CLUSTER SLOTS (Redis 7): the host that clients should prefer, its port and id, and names and
 * values of what else is known, such as `hostname`.
 */
type Node = [host: string | null, port: number, id: string, known?: unknown];

/**
 * Has every list of nodes name them by their announced host names where it has only their addresses, or nothing (a single
 * node does not know its own address). ioredis reads the preferred host alone.
 */
export function preferNames(): void {
  Command.setReplyTransformer('cluster', withNames);
}

/** A reply of another form, to another question, stays as it is. */
function withNames(reply: unknown): unknown {
  if (!Array.isArray(reply)) return reply;
  return reply.map((range: unknown) => (Array.isArray(range) ? range.map(withName) : range));
}

function withName(part: unknown): unknown {
  if (!isNode(part)) return part;
  const [host, port, id, known] = part;
  const name = hostnameIn(known);
  const isName = host !== null && host !== '' && isIP(host) === 0;
  return isName || name === null ? part : [name, port, id, known];
}

function isNode(part: unknown): part is Node {
  return (
    Array.isArray(part) && (part[0] === null || typeof part[0] === 'string') && typeof part[1] === 'number'
  );
}

function hostnameIn(known: unknown): string | null {
  if (!Array.isArray(known)) return null;
  const at = known.indexOf('hostname');
  const name: unknown = at < 0 ? null : known[at + 1];
  return typeof name === 'string' && name !== '' && name !== '?' ? name : null;
}
