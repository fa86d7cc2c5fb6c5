import type { PhoneType } from '../domain/phone-type.ts';

/** Whether a number is a user name, in the words of Microsoft Graph (authenticationMethodSignInState). */
export const SMS_SIGN_IN_STATES = [
  'notSupported',
  'notAllowedByPolicy',
  'notConfigured',
  'phoneNumberNotUnique',
  'ready',
  'notEnabled',
] as const;
export type SmsSignInState = (typeof SMS_SIGN_IN_STATES)[number];

/** Everything that the state follows from. */
export interface SignInSituation {
  phoneType: PhoneType;
  /** Whether the policy allows signing in with numbers. */
  isAllowed: boolean;
  isVerified: boolean;
  /** Whether the number signs in another user of the tenant. */
  isInUse: boolean;
  /** Whether it was enabled and, if the policy knows such a time, used since. */
  signsIn: boolean;
}

/**
 * The state of a phone: the first that holds, in this order. That somebody else has the number is said only of a number
 * that this user proved to have: otherwise entering numbers would tell which are in use.
 */
export function smsSignInState(situation: SignInSituation): SmsSignInState {
  const { phoneType, isAllowed, isVerified, isInUse, signsIn } = situation;
  if (phoneType !== 'mobile') return 'notSupported';
  if (!isAllowed) return 'notAllowedByPolicy';
  if (!isVerified) return 'notConfigured';
  if (isInUse) return 'phoneNumberNotUnique';
  return signsIn ? 'ready' : 'notEnabled';
}
