import { parseNumber } from '../domain/number.ts';
import { refusal } from '../domain/number-refusal.ts';
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
 * The number of a phone of this type. Whether a mobile may be an office phone is a rule for office phones only.
 * @throws ServiceError `policy.officePhoneRefused`, `number.*`
 */
export function parsePhone(
  phoneType: string,
  typed: TypedPhone,
  policy: NumberPolicy,
): { phoneNumber: string; extension: string | null } {
  const isOffice = phoneType === 'office';
  if (isOffice && !policy.officePhone.allowed)
    throw new ServiceError(
      'policy.officePhoneRefused',
      'The policy of this tenant does not allow office phones. Ask its administrator to change that.',
    );
  const officePhone = isOffice ? policy.officePhone : { allowed: true, mobileNumbers: 'allowed' as const };
  const { e164, extension, type } = parseNumber(typed, { ...policy, officePhone });
  if (extension !== null && (!isOffice || type === 'MOBILE'))
    throw refusal(
      'number.extensionUnsupported',
      '/extension',
      'This must be left out: a mobile phone has no extensions.',
      e164,
    );
  return { phoneNumber: e164, extension };
}
