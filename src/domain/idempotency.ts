/** Requests that may be sent again with the same `Idempotency-Key`. */
import { hash } from 'node:crypto';
import { ServiceError } from '../errors.ts';

/** SHA-256 of what a request asks for, hexadecimal: another one under the same key is another request. */
export function requestHashOf(fields: readonly (string | number | null | undefined)[]): string {
  return hash('sha256', JSON.stringify(fields.map((field) => field ?? null)), 'hex');
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
