/** Requests that may be sent again with the same `Idempotency-Key`. */
import { hash } from 'node:crypto';
import { ServiceError } from '../errors.ts';

/** What makes a request the same as an earlier one. */
export interface RequestKey {
  idempotencyKey: string;
  /** SHA-256 of what is asked for, hexadecimal: another one under the same key is another request. */
  requestHash: string;
}

/** As columns of a row: a request that nobody can repeat. */
export const NO_REQUEST_KEY = { idempotencyKey: null, requestHash: null };

/**
 * What a request is known by when it comes again; null: it has no key.
 * @param fields all that is asked for
 */
export function requestKeyOf(
  idempotencyKey: string | null | undefined,
  fields: readonly (string | number | null | undefined)[],
): RequestKey | null {
  if (idempotencyKey === null || idempotencyKey === undefined) return null;
  const text = JSON.stringify(fields.map((field) => field ?? null));
  return { idempotencyKey, requestHash: hash('sha256', text, 'hex') };
}

/** The error for a key that was used for another request. */
export function reusedKey(): ServiceError {
  const problems = [{ field: 'idempotency-key', rule: 'This must be new, or have the same body as before.' }];
  return new ServiceError(
    'idempotencyKey.reused',
    'This idempotency key belongs to a request with another body. Use a new key for a new request.',
    { problems },
  );
}
