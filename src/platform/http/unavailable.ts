/** Error codes of Node's sockets for a peer that cannot be reached. */
const SOCKET_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
];

/**
 * PostgreSQL, error codes: class 08 connection, 53 out of resources, 57P01 to 57P03 shutting down or starting,
 * 57014 a statement that took too long.
 */
const SQL_STATE = /^(08\w{3}|53\w{3}|57P0[123]|57014)$/;

/** Messages of errors without a code: pg and its pool, ioredis. */
const MESSAGES = [
  /^timeout exceeded when trying to connect$/,
  /^Connection terminated/,
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
  if (SOCKET_CODES.includes(code) || SQL_STATE.test(code)) return true;
  if (MESSAGES.some((pattern) => pattern.test(error.message))) return true;
  const parts = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...parts].some((part) => isUnavailable(part, depth + 1));
}
