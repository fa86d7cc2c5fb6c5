/** Which phones the policy and their numbers allow: the same for requests and for what administrators enter. */
import { ServiceError } from '../errors.ts';
import type { ParsedNumber } from './number.ts';
import { refusal } from './number-refusal.ts';
import type { PhoneType } from './phone-type.ts';
import type { TenantPolicy } from './policy.ts';

/** The text of an error for something that the policy does not allow. @param what such as `office phones` */
export const notAllowed = (what: string) =>
  `The policy of this tenant does not allow ${what}. Ask its administrator to change that.`;

/** What a policy says of types of phones. */
export interface PhonePolicy {
  officePhone: Pick<TenantPolicy['officePhone'], 'allowed'>;
  mobilePhone: Pick<TenantPolicy['mobilePhone'], 'allowed'>;
}

/** The error for a phone of a type that the policy does not allow; null: it does. */
export function refusePhoneType(
  phoneType: PhoneType,
  { officePhone, mobilePhone }: PhonePolicy,
): ServiceError | null {
  if (phoneType === 'office')
    return officePhone.allowed
      ? null
      : new ServiceError('policy.officePhoneRefused', notAllowed('office phones'));
  return mobilePhone.allowed
    ? null
    : new ServiceError('policy.mobilePhoneRefused', notAllowed('mobile phones'));
}

/** Types of numbers that may be mobiles; in some countries, as in the United States, numbers do not show it. */
const MAY_BE_MOBILE = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

/** Whether a number may be the one of a mobile. */
export const mayBeMobile = ({ type }: Pick<ParsedNumber, 'type'>): boolean => MAY_BE_MOBILE.includes(type);

/** The error for what is surely no mobile and is given as one; null: it may be one, or need not be. */
export function refuseNoMobile(
  number: ParsedNumber,
  phoneType: PhoneType,
  channel: 'call' | 'sms' = 'call',
): ServiceError | null {
  if (phoneType === 'office' || mayBeMobile(number)) return null;
  const rule =
    channel === 'sms'
      ? 'This looks like a landline, which takes no text messages: request a call instead.'
      : 'This is not the number of a mobile phone: give it as the phoneType office.';
  return refusal('number.typeRefused', '/number', rule, number.e164);
}
