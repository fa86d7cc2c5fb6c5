import { type ParsedNumber, parseNumber } from '../../domain/number.ts';
import type { PhoneType } from '../../domain/phone-type.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { UserFacts } from '../store/facts.ts';
import type { RequestToCheck } from './checks.ts';

type RegisteredPhone = NonNullable<UserFacts['phones'][PhoneType]>;

/** Which phone a request is about: text messages go to a mobile, and calls to the office phone if nothing else is said. */
export function phoneTypeOf({
  phoneType,
  channel,
}: Pick<RequestToCheck, 'phoneType' | 'channel'>): PhoneType {
  return phoneType ?? (channel === 'sms' ? 'mobile' : 'office');
}

/**
 * The number that a request means. To register, the number comes with the request. To sign in, it is the phone of that
 * type that the user has registered, and naming another one is refused. An extension is tested on the number of the request,
 * else on the registered one.
 * @throws ServiceError `number.*` or `extension.missing` when there is none that may be called
 */
export function numberToCall(
  request: RequestToCheck,
  policy: TenantPolicy,
  { phones }: Pick<UserFacts, 'phones'>,
): ParsedNumber {
  const phone = phones[phoneTypeOf(request)] ?? null;
  switch (request.purpose) {
    case 'register':
      return named(request, policy);
    case 'signIn':
      return registered(request, policy, phone);
    case 'testExtension':
      return withExtension(
        request.number === undefined ? registered(request, policy, phone) : named(request, policy),
      );
  }
}

function registered(
  request: RequestToCheck,
  policy: TenantPolicy,
  phone: RegisteredPhone | null,
): ParsedNumber {
  if (phone === null)
    throw notRegistered(
      '/number',
      `The user has no registered ${NAMES[phoneTypeOf(request)]}, so there is none to reach. Register one first.`,
      `This is taken from the registered ${NAMES[phoneTypeOf(request)]} when it is left out; there is none.`,
    );
  const other = fieldOfAnother(request, policy, phone);
  if (other)
    throw notRegistered(
      other,
      `The user has registered another ${NAMES[phoneTypeOf(request)]}. Leave the number out to reach the registered one.`,
      `This must be the user's registered ${NAMES[phoneTypeOf(request)]}, or be left out.`,
    );
  const typed = { number: phone.phoneNumber, extension: phone.extension ?? undefined };
  return parseNumber(typed, policy, phoneTypeOf(request));
}

function named(request: RequestToCheck, policy: TenantPolicy): ParsedNumber {
  const { number = '', country, extension } = request;
  return parseNumber({ number, country, extension }, policy, phoneTypeOf(request));
}

/** How people call the types of phones. */
const NAMES: Record<PhoneType, string> = {
  office: 'office phone',
  mobile: 'mobile phone',
  alternateMobile: 'alternate mobile phone',
};

/** The field that names another phone than the registered one. The switchboard's number alone names none. */
function fieldOfAnother(
  request: RequestToCheck,
  policy: TenantPolicy,
  phone: RegisteredPhone,
): '/number' | '/extension' | null {
  const asked = request.number === undefined ? null : named(request, policy);
  if (asked && asked.e164 !== phone.phoneNumber) return '/number';
  const extension = asked?.extension ?? request.extension ?? phone.extension;
  if (extension === phone.extension) return null;
  return request.extension === undefined ? '/number' : '/extension';
}

function withExtension(number: ParsedNumber): ParsedNumber {
  if (number.extension !== null) return number;
  throw new ServiceError(
    'extension.missing',
    'There is no extension to test. Add the field extension, or write it after the number.',
    { problems: [{ field: '/extension', rule: 'extension is required to test one.' }] },
  );
}

function notRegistered(field: '/number' | '/extension', detail: string, rule: string): ServiceError {
  return new ServiceError('number.notRegistered', detail, { problems: [{ field, rule }] });
}
