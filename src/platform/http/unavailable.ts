/** Error codes of Node's sockets for a peer that cannot be reached. */
const SOCKET_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ECONNABORTED',
];

/**
 * PostgreSQL, error codes: class 08 connection, 53 out of resources (connections, disk), 57P01 to 57P05 shutting down,
 * starting, gone or given up, 57014 a statement that took too long, 25006 a server that cannot be written to (a standby, or
 * one whose disk is full), class 58 the machine underneath.
 */
const SQL_STATE = /^(08\w{3}|53\w{3}|57P0[1-5]|57014|25006|58\w{3})$/;

/** Node.js, TLS: a certificate that is not accepted, or no TLS at all. */
const TLS_CODE = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Messages of errors without a code: pg and its pool; ioredis, and replies of a Redis that takes no writes. */
const MESSAGES = [
  /^timeout exceeded when trying to connect$/,
  /^timeout expired$/,
  /^Query read timeout$/,
  /is not queryable$/,
  /^The server does not support SSL connections$/,
  /^Connection terminated/,
  /^Command timed out$/,
  /^Socket timeout\./,
  /\b(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|MISCONF|UNBLOCKED)\b/,
  /^OOM command not allowed/,
  /^Connection is closed\.$/,
  /enableOfflineQueue options is false/,
  /^Failed to refresh slots cache/,
  /^Reached the max retries per request limit/,
];

/**
 * Whether an error says that the database or the queue cannot be reached, so that asking again later makes sense.
 * Looks into causes and into the parts of an `AggregateError` (node makes one when a name has several addresses).
 */
export function isUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SOCKET_CODES.includes(code) || SQL_STATE.test(code) || TLS_CODE.test(code)) return true;
  // A socket in the file system that nobody has made yet.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  if (MESSAGES.some((pattern) => pattern.test(error.message))) return true;
  const parts = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...parts].some((part) => isUnavailable(part, depth + 1));
}
