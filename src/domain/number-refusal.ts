import { type ErrorCode, ServiceError } from '../errors.ts';
import { maskNumber } from './mask-number.ts';

/**
 * The error for a number that is not called.
 * @param field `/number`, `/country` or `/extension`
 * @param rule the broken rule as a sentence, without the number
 * @param e164 the number if it could be parsed; shown masked
 */
export function refusal(
  code: ErrorCode,
  field: '/number' | '/country' | '/extension',
  rule: string,
  e164?: string,
): ServiceError {
  const number = e164 === undefined ? 'The number' : `The number ${maskNumber(e164)}`;
  return new ServiceError(code, `${number} cannot be called. ${rule}`, { problems: [{ field, rule }] });
}
