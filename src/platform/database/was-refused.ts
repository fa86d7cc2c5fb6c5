/** PostgreSQL, error classes: data exception, integrity constraint violation, transaction rollback (a deadlock). */
const OF_THE_VALUES = /^(22|23|40)/;

/** Whether the server refused a statement for what it was to write, and so did nothing. */
export function wasRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.length === 5 &&
    OF_THE_VALUES.test(error.code)
  );
}
