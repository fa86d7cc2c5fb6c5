import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { User } from '../domain/user.ts';
import type { EnterPhones } from './enter.ts';
import { refusalOfEntry } from './import.ts';
import { parsePhone, type TypedPhone } from './parse-phone.ts';

/** Enters a number for a user, which counts for nothing until the user verifies it. */
export function createAddPhoneMethod(deps: {
  enter: EnterPhones;
  policyOf: (tenantId: string) => Promise<TenantPolicy>;
}) {
  /**
   * @returns the phone's id, and whether it was not there before
   * @throws ServiceError `number.*`, `policy.*PhoneRefused`; `phoneMethod.typeTaken` when the user has another number of
   * this type; `phoneMethod.mobileFirst`
   */
  return async (
    { tenantId, userId }: User,
    { phoneType, ...typed }: TypedPhone & { phoneType: PhoneType },
  ): Promise<{ id: string; added: boolean }> => {
    const number = parsePhone(phoneType, typed, await deps.policyOf(tenantId));
    const [entered] = await deps.enter(tenantId, [{ userId, phoneType, ...number }], {
      overwrites: false,
    });
    if (!entered) throw new Error('the statement that enters a number returns what became of it');
    const { result, id } = entered;
    if (result === 'taken' || result === 'mobileFirst') throw refusalOfEntry(result, phoneType);
    if (id === null) throw new Error('a number that was entered has an id');
    return { id, added: result === 'added' };
  };
}
