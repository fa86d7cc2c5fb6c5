import { ServiceError } from '../errors.ts';
import type { TenantRules, UnderstoodNumber } from './ports.ts';
import type { Purpose } from './states.ts';

/** Finds the number that a request means. Throws `number.*` when there is none that may be called. */
export type NumberToCall = (
  request: {
    tenantId: string;
    userId: string;
    purpose: Purpose;
    number?: string | undefined;
    country?: string | undefined;
  },
  rules: TenantRules,
) => Promise<UnderstoodNumber>;

/**
 * To register, the number comes with the request. To sign in, it is the office phone the user has registered, and
 * naming another one is refused.
 */
export function createNumberToCall(deps: {
  /** The office phone a user has registered, E.164, or null. */
  registeredOfficePhone: (user: { tenantId: string; userId: string }) => Promise<string | null>;
}): NumberToCall {
  return async function numberToCall(request, rules) {
    const { number, country } = request;
    if (request.purpose === 'register') return rules.understandNumber({ number: number ?? '', country });
    const registered = await deps.registeredOfficePhone(request);
    if (registered === null)
      throw notRegistered('The user has no office phone to sign in with. Register one first.');
    if (number !== undefined && rules.understandNumber({ number, country }).e164 !== registered)
      throw notRegistered('The user registered another office phone. Leave the number out to call that one.');
    return rules.understandNumber({ number: registered });
  };
}

function notRegistered(detail: string): ServiceError {
  return new ServiceError('number.notRegistered', detail, {
    problems: [
      { field: '/number', rule: "This must be the user's registered office phone, or be left out." },
    ],
  });
}
