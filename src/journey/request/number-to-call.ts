import { type ParsedNumber, parseNumber } from '../../domain/number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { UserFacts } from '../store/facts.ts';
import type { RequestToCheck } from './checks.ts';

type OfficePhone = NonNullable<UserFacts['officePhone']>;

/**
 * The number that a request means. To register, the number comes with the request. To sign in, it is the office phone
 * the user has registered, and naming another one is refused. An extension is tested on the number of the request,
 * else on the registered one.
 * @throws ServiceError `number.*` or `extension.missing` when there is none that may be called
 */
export function numberToCall(
  request: RequestToCheck,
  policy: TenantPolicy,
  { officePhone }: Pick<UserFacts, 'officePhone'>,
): ParsedNumber {
  switch (request.purpose) {
    case 'register':
      return named(request, policy);
    case 'signIn':
      return registered(request, policy, officePhone);
    case 'testExtension':
      return withExtension(
        request.number === undefined ? registered(request, policy, officePhone) : named(request, policy),
      );
  }
}

function registered(request: RequestToCheck, policy: TenantPolicy, phone: OfficePhone | null): ParsedNumber {
  if (phone === null)
    throw notRegistered(
      '/number',
      'The user has no registered office phone, so there is none to call. Register one first.',
      'This is taken from the registered office phone when it is left out; there is none.',
    );
  const other = fieldOfAnother(request, policy, phone);
  if (other)
    throw notRegistered(
      other,
      'The user has registered another office phone. Leave the number out to call the registered one.',
      "This must be the user's registered office phone, or be left out.",
    );
  return parseNumber({ number: phone.phoneNumber, extension: phone.extension ?? undefined }, policy);
}

function named({ number = '', country, extension }: RequestToCheck, policy: TenantPolicy): ParsedNumber {
  return parseNumber({ number, country, extension }, policy);
}

/** The field that names another phone than the registered one. The switchboard's number alone names none. */
function fieldOfAnother(
  request: RequestToCheck,
  policy: TenantPolicy,
  phone: OfficePhone,
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
