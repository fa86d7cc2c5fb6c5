import { type ErrorCode, ServiceError } from '../errors.ts';
import { maskNumber } from './mask-number.ts';

type Field = '/number' | '/country' | '/extension';

/** What "This" of a rule means in a text that names no field. */
const SUBJECTS: Record<Field, string> = {
  '/number': 'It',
  '/country': 'The country',
  '/extension': 'The extension',
};

/**
 * The error for a number that is not called.
 * @param field where the rule is broken
 * @param rule the broken rule as a sentence, without the number; it may begin with "This", which is the field
 * @param e164 the number if it could be parsed; shown masked
 * @param advice what to do, where the rule does not say it
 */
export function refusal(
  code: ErrorCode,
  field: Field,
  rule: string,
  e164?: string,
  advice?: string,
): ServiceError {
  const number = e164 === undefined ? 'The number' : `The number ${maskNumber(e164)}`;
  const reason = rule.replace(/^This\b/, SUBJECTS[field]);
  return new ServiceError(code, [`${number} cannot be used. ${reason}`, advice].filter(Boolean).join(' '), {
    problems: [{ field, rule }],
  });
}
