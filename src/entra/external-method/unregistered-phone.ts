/** Phones of people of whom none is registered: from the directory, or as they enter them. */
import { parseNumber, refuseExtension } from '../../domain/number.ts';
import { refusePhoneType } from '../../domain/phone-refusal.ts';
import type { PhoneType } from '../../domain/phone-type.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { UnregisteredPhone } from '../../registry/entra-schema.ts';
import type { PhonesInDirectory } from '../directory-phones/read-phones.ts';

/**
 * The first business phone that may be called, as an office phone.
 * @throws ServiceError `number.notRegistered` when the directory has none, or why the last of them may not be called
 */
export function officePhoneIn(
  { business, country }: PhonesInDirectory,
  policy: TenantPolicy,
): UnregisteredPhone {
  let why = new ServiceError('number.notRegistered', 'The directory has no business phone of the person.');
  for (const number of business) {
    try {
      return callable({ number, country: country ?? undefined }, policy, 'office');
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      why = error;
    }
  }
  throw why;
}

/** What somebody enters; `country` as ISO 3166-1 alpha-2. */
interface EnteredPhone {
  phoneType: PhoneType;
  country: string;
  number: string;
  extension: string;
}

/** A phone as somebody enters it. @throws ServiceError why it may not be called */
export function enteredPhone({ phoneType, ...typed }: EnteredPhone, policy: TenantPolicy): UnregisteredPhone {
  const type = phoneType === 'office' ? 'office' : 'mobile';
  const refused = refusePhoneType(type, policy);
  if (refused !== null) throw refused;
  return callable({ ...typed, extension: typed.extension || undefined }, policy, type);
}

function callable(
  typed: Parameters<typeof parseNumber>[0],
  policy: TenantPolicy,
  phoneType: UnregisteredPhone['phoneType'],
): UnregisteredPhone {
  const number = parseNumber(typed, policy, phoneType);
  const refused = refuseExtension(number, phoneType);
  if (refused !== null) throw refused;
  return { phoneType, phoneNumber: number.e164, extension: number.extension };
}
