import { parseNumber, refuseExtension } from '../../domain/number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { PhonesInDirectory } from '../../entra/directory-phones/read-phones.ts';
import { ServiceError } from '../../errors.ts';
import type { UnregisteredPhone } from '../../registry/entra-schema.ts';

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
      const parsed = parseNumber({ number, country: country ?? undefined }, policy, 'office');
      const refused = refuseExtension(parsed, 'office');
      if (refused !== null) throw refused;
      return { phoneType: 'office', phoneNumber: parsed.e164, extension: parsed.extension };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      why = error;
    }
  }
  throw why;
}
