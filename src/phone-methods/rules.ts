/** What may be done with a phone of a user, and why not. The guards of the statements hold the same rules. */

import { type Actor, changeableBy } from '../domain/changeable-by.ts';
import { notAllowed, type PhonePolicy, refusePhoneType } from '../domain/phone-refusal.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';

/** What a policy says of phones. */
export type MethodPolicy = PhonePolicy & { smsSignIn: { allowed: boolean } };

/** A phone, as far as the rules need it. */
export interface MethodState {
  id: string;
  phoneType: PhoneType;
  isDefault: boolean;
  isVerified: boolean;
  /** Whether its number signs in another user; left out by statements for which that does not matter. */
  isInUse?: boolean;
}

/** What can be done with a phone that there is. */
export const METHOD_ACTIONS = [
  'remove',
  'setDefault',
  'change',
  'enableSmsSignIn',
  'disableSmsSignIn',
] as const;
export type MethodAction = (typeof METHOD_ACTIONS)[number];

/** Why something may not be done. */
export interface Reason {
  code: ErrorCode;
  text: string;
  /** Who can change that. */
  changeableBy: Actor;
}

/** Everything that the rules look at. */
interface Situation {
  method: MethodState;
  /** All phones of the user. */
  all: readonly MethodState[];
  policy: MethodPolicy;
}

interface Rule {
  of: readonly MethodAction[];
  breaks(situation: Situation): boolean;
  reason: Reason;
}

const NOT_VERIFIED: Reason = {
  code: 'phoneMethod.notVerified',
  text: 'Nobody has answered this number and verified it yet. Register it by a verification first.',
  changeableBy: 'user',
};

/** Also of users who have no mobile yet. */
export const SMS_SIGN_IN_REFUSED: Reason = {
  code: 'policy.smsSignInRefused',
  text: notAllowed('signing in with phone numbers'),
  changeableBy: 'administrator',
};

const RULES: readonly Rule[] = [
  {
    of: ['remove', 'change'],
    breaks: ({ method, all }) =>
      method.isDefault && all.some(({ id, isVerified }) => isVerified && id !== method.id),
    reason: {
      code: 'phoneMethod.isDefault',
      text: 'This phone is the default, and the user has another verified phone. Change the default first.',
      changeableBy: 'user',
    },
  },
  {
    of: ['remove'],
    breaks: ({ method, all }) =>
      method.phoneType === 'mobile' && all.some(({ phoneType }) => phoneType === 'alternateMobile'),
    reason: {
      code: 'phoneMethod.mobileNeeded',
      text: 'The user has an alternate mobile, which needs a mobile beside it. Remove the alternate mobile first.',
      changeableBy: 'user',
    },
  },
  {
    of: ['setDefault'],
    breaks: ({ method }) => !method.isVerified,
    reason: NOT_VERIFIED,
  },
  {
    of: ['enableSmsSignIn', 'disableSmsSignIn'],
    breaks: ({ method }) => method.phoneType !== 'mobile',
    reason: {
      code: 'phoneMethod.smsSignInNotSupported',
      text: 'Only the number of a mobile can be a user name, and not that of an office phone or an alternate mobile. Register the number as mobile.',
      changeableBy: 'user',
    },
  },
  {
    of: ['enableSmsSignIn'],
    breaks: ({ method, policy }) => method.phoneType === 'mobile' && !policy.smsSignIn.allowed,
    reason: SMS_SIGN_IN_REFUSED,
  },
  {
    of: ['enableSmsSignIn'],
    breaks: ({ method }) => method.phoneType === 'mobile' && !method.isVerified,
    reason: NOT_VERIFIED,
  },
  {
    of: ['enableSmsSignIn'],
    // Only of a number that this user proved to have: see `sms-sign-in-state.ts`.
    breaks: ({ method }) => method.phoneType === 'mobile' && method.isVerified && method.isInUse === true,
    reason: {
      code: 'phoneMethod.numberInUse',
      text: 'This number is in use. Contact your administrator.',
      changeableBy: 'administrator',
    },
  },
];

/** Every reason against something, in the order of the rules; none: it is allowed. */
export function reasonsAgainst(action: MethodAction, situation: Situation): Reason[] {
  const broken = RULES.filter(({ of, breaks }) => of.includes(action) && breaks(situation));
  return [...broken.map(({ reason }) => reason), ...(action === 'change' ? byPolicy(situation) : [])];
}

function byPolicy({ method: { phoneType }, policy }: Situation): Reason[] {
  const refused = refusePhoneType(phoneType, policy);
  return refused
    ? [{ code: refused.code, text: refused.message, changeableBy: changeableBy(refused.code) }]
    : [];
}

const ALLOWS_ALL: MethodPolicy = {
  officePhone: { allowed: true },
  mobilePhone: { allowed: true },
  smsSignIn: { allowed: true },
};

/**
 * The error for something that a statement did not do with the phone of this id.
 * @param all the user's phones, as the statement saw them
 * @param policy what the statement was told of the policy, if anything
 */
export function refusalOf(
  action: MethodAction,
  id: string,
  all: readonly MethodState[],
  policy: MethodPolicy = ALLOWS_ALL,
): ServiceError {
  const method = all.find((each) => each.id === id);
  if (!method) return methodNotFound();
  const [reason] = reasonsAgainst(action, { method, all, policy });
  if (reason) return new ServiceError(reason.code, reason.text);
  return new ServiceError('service.internal', 'The phone was not changed, and no rule says why.');
}

/** The error for the id of a phone that the user does not have. */
export function methodNotFound(): ServiceError {
  return new ServiceError(
    'phoneMethod.notFound',
    'The user has no phone method with this id; it may have been removed before. The list shows those that are left.',
  );
}
