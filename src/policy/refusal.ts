import { type ErrorCode, ServiceError } from '../errors.ts';
import { maskNumber } from '../mask.ts';

/**
 * The error for a number that is not called.
 * @param field `/number` or `/country`
 * @param rule the broken rule as a sentence, without the number
 * @param e164 the number if it was understood; shown masked
 */
export function refusal(
  code: ErrorCode,
  field: '/number' | '/country',
  rule: string,
  e164?: string,
): ServiceError {
  const number = e164 === undefined ? 'The number' : `The number ${maskNumber(e164)}`;
  return new ServiceError(code, `${number} cannot be called. ${rule}`, { problems: [{ field, rule }] });
}

/** The error for a number with an extension, in whatever way it was written. */
export function extensionRefusal(): ServiceError {
  const rule = 'Give the direct number of the phone: extensions cannot be dialled.';
  return refusal('number.extensionUnsupported', '/number', rule);
}
