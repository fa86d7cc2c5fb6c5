/**
 * PostgreSQL, error codes: data exceptions, violations of constraints, a serialization failure, a deadlock, and a lock that could not
 * be had in time.
 */
const NOTHING_DONE = /^(22...|23...|40001|40P01|55P03)$/;

/** Whether the server refused a statement, for what it was to write or for another one's lock, and so did nothing. */
export function wasRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    NOTHING_DONE.test(error.code)
  );
}
