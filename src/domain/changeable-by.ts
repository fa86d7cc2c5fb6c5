import type { ErrorCode } from '../errors.ts';

/** Who does something: the user, the tenant's administrator over the API, the operator on the command line. */
export const ACTORS = ['user', 'administrator', 'operator'] as const;
export type Actor = (typeof ACTORS)[number];

/** What a user changes, mostly by giving another number. */
const BY_USER: readonly string[] = [
  ...(['number.invalid', 'number.typeRefused', 'number.notRegistered', 'extension.missing'] as const),
  ...(['number.extensionUnsupported', 'extension.tooLong', 'phoneMethod.mobileFirst'] as const),
] satisfies ErrorCode[];

const BY_OPERATOR: readonly string[] = ['number.suppressed'] satisfies ErrorCode[];

/**
 * Who can change that a request is refused with this error. Policies, blocks, PINs and app passwords are administrators'
 * work; limits end by themselves, and an administrator can raise them.
 */
export function changeableBy(code: ErrorCode): Actor {
  if (BY_USER.includes(code)) return 'user';
  return BY_OPERATOR.includes(code) ? 'operator' : 'administrator';
}
