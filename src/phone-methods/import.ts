import { CountryCode, Extension, UserId } from '../api.ts';
import { PHONE_TYPES, type PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { spreadsheetDamage } from '../domain/spreadsheet-damage.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { parseOptions } from '../platform/http/field-problems.ts';
import type { Entered, EnterPhones, NewPhone } from './enter.ts';
import { type NumberPolicy, parsePhone } from './parse-phone.ts';

/** A number of a user as it stands in a list: nothing is checked yet. */
export interface ListedPhone {
  userId: string;
  phoneType: string;
  number: string;
  country?: string | undefined;
  extension?: string | undefined;
}

/** What became of one entry of a list. */
export interface Imported {
  result: 'added' | 'changed' | 'unchanged' | 'refused';
  /** The phone that the user has now; null when the entry was refused. */
  id: string | null;
  /** Why it was refused. */
  code: ErrorCode | null;
  text: string | null;
}

/** Imports lists. */
export type ImportPhones = ReturnType<typeof createImportPhones>;

/**
 * Enters the numbers of a list, of any length, each by itself: what is wrong with one holds up no other. The same list again changes
 * nothing. Of several entries for one user and type the first counts.
 */
export function createImportPhones(deps: {
  enter: EnterPhones;
  policyOf: (tenantId: string) => Promise<TenantPolicy>;
}) {
  /** @param progress called with how many numbers were entered so far */
  return async (
    tenantId: string,
    list: readonly ListedPhone[],
    progress: (entered: number) => void = () => undefined,
  ): Promise<Imported[]> => {
    const checked = checkList(list, await deps.policyOf(tenantId));
    const phones = checked.filter((each): each is NewPhone => !(each instanceof ServiceError));
    const entered = await deps.enter(tenantId, phones, { overwrites: true, progress });
    const results = new Map(phones.map((phone, place) => [phone, entered[place] as Entered]));
    return checked.map((each) =>
      each instanceof ServiceError ? refused(each) : toImported(each, results.get(each) as Entered),
    );
  };
}

/** Each entry of a list as it would be entered, or why not. */
export function checkList(list: readonly ListedPhone[], policy: NumberPolicy): (NewPhone | ServiceError)[] {
  const known = new Set<string>();
  return list.map((listed) => {
    try {
      const phone = check(listed, policy);
      const key = `${phone.phoneType} ${phone.userId}`;
      if (known.has(key)) return listedTwice();
      known.add(key);
      return phone;
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
  });
}

function check({ userId, phoneType, ...typed }: ListedPhone, policy: NumberPolicy): NewPhone {
  const user = UserId.safeParse(userId, parseOptions);
  if (!user.success) throw invalid('userId', user.error.issues[0]?.message ?? '');
  if (!isPhoneType(phoneType)) throw invalid('phoneType', `This must be one of ${PHONE_TYPES.join(', ')}.`);
  for (const [field, schema] of [
    ['country', CountryCode],
    ['extension', Extension],
  ] as const) {
    const parsed = schema.optional().safeParse(typed[field], parseOptions);
    if (!parsed.success) throw invalid(field, parsed.error.issues[0]?.message ?? '');
  }
  const damage = spreadsheetDamage(typed.number, typed.country);
  if (damage !== null) throw new ServiceError('number.invalid', `number: ${damage}`);
  return { userId: user.data, phoneType, ...parsePhone(phoneType, typed, policy) };
}

const isPhoneType = (text: string): text is PhoneType => PHONE_TYPES.some((type) => type === text);

function invalid(field: string, rule: string): ServiceError {
  return new ServiceError('request.invalid', `${field}: ${rule}`);
}

function listedTwice(): ServiceError {
  return new ServiceError(
    'phoneMethod.listedTwice',
    'The list has an earlier entry for this user and type, which counts. Keep one of them.',
  );
}

function toImported(phone: NewPhone, { result, id }: Entered): Imported {
  if (result === 'taken' || result === 'mobileFirst') return refused(refusalOfEntry(result, phone.phoneType));
  return { result, id, code: null, text: null };
}

/** The error for a number that was not entered. */
export function refusalOfEntry(result: 'taken' | 'mobileFirst', phoneType: PhoneType): ServiceError {
  if (result === 'mobileFirst')
    return new ServiceError(
      'phoneMethod.mobileFirst',
      'The user has no mobile, and an alternate mobile needs one beside it. Enter the mobile first.',
    );
  return new ServiceError(
    'phoneMethod.typeTaken',
    `The user has another number of the type ${phoneType}, which is not overwritten. Change it or remove it first.`,
  );
}

function refused({ code, message }: ServiceError): Imported {
  return { result: 'refused', id: null, code, text: message };
}
