/**
 * PostgreSQL, error codes: data exceptions, violations of constraints, a serialization failure, a deadlock, and a lock that could not
 * be had in time.
 */
const NOTHING_DONE = /^(22...|23...|40001|40P01|55P03)$/;

/** PostgreSQL, error codes: the connection is lost, or the server shuts down, and nobody knows what was done. */
const SERVER_GONE = /^(08...|57P..)$/;

/** Whether the server refused a statement, for what it was to write or for another one's lock, and so did nothing. */
export function wasRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    NOTHING_DONE.test(error.code)
  );
}

/** Whether the server answered a statement with an error, whichever, and so did nothing. */
export function answeredWithError(error: unknown): boolean {
  return (
    error instanceof Error && 'severity' in error && 'code' in error && !SERVER_GONE.test(String(error.code))
  );
}
