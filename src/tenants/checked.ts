import { ServiceError } from '../errors.ts';

/** The longest name of a tenant or key, in characters. */
const LONGEST_NAME = 80;

/**
 * A name as people read it, without spaces around it.
 * @throws ServiceError `request.invalid` for `field` unless it has 1-80 characters, none of them a control character
 */
export function checkedName(name: string, field: string): string {
  const trimmed = name.trim();
  const isName = trimmed.length >= 1 && trimmed.length <= LONGEST_NAME && !/[\p{Cc}\p{Cs}]/u.test(trimmed);
  if (!isName) throw invalidField(field, `This must be a name of 1-${LONGEST_NAME} characters.`);
  return trimmed;
}

/** The error for one wrong field. */
export function invalidField(field: string, rule: string): ServiceError {
  return new ServiceError('request.invalid', `${field}: ${rule}`, { problems: [{ field, rule }] });
}
