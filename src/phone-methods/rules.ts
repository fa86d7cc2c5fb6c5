/** What may be done with a phone of a user, and why not. The guards of the statements hold the same rules. */

import { type Actor, changeableBy } from '../domain/changeable-by.ts';
import { type PhonePolicy, refusePhoneType } from '../domain/phone-refusal.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';

/** A phone, as far as the rules need it. */
export interface MethodState {
  id: string;
  phoneType: PhoneType;
  isDefault: boolean;
  isVerified: boolean;
}

/** What can be done with a phone that there is. */
export const METHOD_ACTIONS = ['remove', 'setDefault', 'change'] as const;
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
  /** Which types of phones the policy allows. */
  policy: PhonePolicy;
}

interface Rule {
  of: readonly MethodAction[];
  breaks(situation: Situation): boolean;
  reason: Reason;
}

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
    reason: {
      code: 'phoneMethod.notVerified',
      text: 'Nobody has answered this number and verified it yet. Register it by a verification first.',
      changeableBy: 'user',
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

const ALLOWS_ALL: PhonePolicy = { officePhone: { allowed: true }, mobilePhone: { allowed: true } };

/** The error for something that a statement did not do with the phone of this id. @param all the user's phones, as the statement saw them */
export function refusalOf(action: MethodAction, id: string, all: readonly MethodState[]): ServiceError {
  const method = all.find((each) => each.id === id);
  if (!method) return methodNotFound();
  const [reason] = reasonsAgainst(action, { method, all, policy: ALLOWS_ALL });
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
