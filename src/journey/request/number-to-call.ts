import { ServiceError } from '../../errors.ts';
import type { RegisteredOfficePhone, TenantRules, UnderstoodNumber, VerificationRequest } from '../ports.ts';

/** Finds the number that a request means. Throws `number.*` or `extension.missing` when there is none that may be called. */
export type NumberToCall = (request: VerificationRequest, rules: TenantRules) => Promise<UnderstoodNumber>;

/**
 * To register, the number comes with the request. To sign in, it is the office phone the user has registered, and
 * naming another one is refused. An extension is tested on the number of the request, else on the registered one.
 */
export function createNumberToCall(deps: { registeredOfficePhone: RegisteredOfficePhone }): NumberToCall {
  return async function numberToCall(request, rules) {
    switch (request.purpose) {
      case 'register':
        return named(request, rules);
      case 'signIn':
        return registered(request, rules);
      case 'testExtension':
        return withExtension(
          request.number === undefined ? await registered(request, rules) : named(request, rules),
        );
    }
  };

  async function registered(request: VerificationRequest, rules: TenantRules): Promise<UnderstoodNumber> {
    const phone = await deps.registeredOfficePhone(request);
    if (phone === null)
      throw notRegistered('/number', 'The user has no registered office phone. Register one first.');
    const other = fieldOfAnother(request, rules, phone);
    if (other)
      throw notRegistered(other, 'The user registered another office phone. Leave it out to call that one.');
    return rules.understandNumber({ number: phone.phoneNumber, extension: phone.extension ?? undefined });
  }
}

function named({ number = '', country, extension }: VerificationRequest, rules: TenantRules) {
  return rules.understandNumber({ number, country, extension });
}

/** The field that names another phone than the registered one. The switchboard's number alone names none. */
function fieldOfAnother(
  request: VerificationRequest,
  rules: TenantRules,
  phone: { phoneNumber: string; extension: string | null },
): '/number' | '/extension' | null {
  const asked = request.number === undefined ? null : named(request, rules);
  if (asked && asked.e164 !== phone.phoneNumber) return '/number';
  const extension = asked?.extension ?? request.extension ?? phone.extension;
  if (extension === phone.extension) return null;
  return request.extension === undefined ? '/number' : '/extension';
}

function withExtension(number: UnderstoodNumber): UnderstoodNumber {
  if (number.extension !== null) return number;
  throw new ServiceError(
    'extension.missing',
    'There is no extension to test. Give the field extension, or write it after the number.',
    { problems: [{ field: '/extension', rule: 'This field is required to test an extension.' }] },
  );
}

function notRegistered(field: '/number' | '/extension', detail: string): ServiceError {
  const rule = "This must be the user's registered office phone, or be left out.";
  return new ServiceError('number.notRegistered', detail, { problems: [{ field, rule }] });
}
