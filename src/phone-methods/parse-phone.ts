import { parseNumber, refuseExtension } from '../domain/number.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { ServiceError } from '../errors.ts';

/** A number as an administrator types it: see `parseNumber`. */
export interface TypedPhone {
  number: string;
  country?: string | undefined;
  extension?: string | undefined;
}

/** What the policy says about numbers. */
export type NumberPolicy = Pick<TenantPolicy, 'countries' | 'numberTypes' | 'extension' | 'officePhone'>;

/**
 * The number of a phone of this type.
 * @throws ServiceError `policy.officePhoneRefused`, `number.*`
 */
export function parsePhone(
  phoneType: PhoneType,
  typed: TypedPhone,
  policy: NumberPolicy,
): { phoneNumber: string; extension: string | null } {
  if (phoneType === 'office' && !policy.officePhone.allowed)
    throw new ServiceError(
      'policy.officePhoneRefused',
      'The policy of this tenant does not allow office phones. Ask its administrator to change that.',
    );
  const number = parseNumber(typed, policy, phoneType);
  const refused = refuseExtension(number, phoneType);
  if (refused) throw refused;
  return { phoneNumber: number.e164, extension: number.extension };
}
