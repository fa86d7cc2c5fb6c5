import { parseNumber, refuseExtension } from '../domain/number.ts';
import { refuseNoMobile, refusePhoneType } from '../domain/phone-refusal.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';

/** A number as an administrator types it: see `parseNumber`. */
export interface TypedPhone {
  number: string;
  country?: string | undefined;
  extension?: string | undefined;
}

/** What the policy says about numbers. */
export type NumberPolicy = Pick<
  TenantPolicy,
  'countries' | 'numberTypes' | 'extension' | 'officePhone' | 'mobilePhone'
>;

/**
 * The number of a phone of this type.
 * @throws ServiceError `policy.officePhoneRefused`, `policy.mobilePhoneRefused`, `number.*`
 */
export function parsePhone(
  phoneType: PhoneType,
  typed: TypedPhone,
  policy: NumberPolicy,
): { phoneNumber: string; extension: string | null } {
  const refusedType = refusePhoneType(phoneType, policy);
  if (refusedType) throw refusedType;
  const number = parseNumber(typed, policy, phoneType);
  const refused = refuseNoMobile(number, phoneType) ?? refuseExtension(number, phoneType);
  if (refused) throw refused;
  return { phoneNumber: number.e164, extension: number.extension };
}
