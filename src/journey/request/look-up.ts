import { Mutex } from 'async-mutex';
import type { ParsedNumber } from '../../domain/number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { PbxProfileOf, PolicyAt } from '../ports.ts';
import { ofUser } from '../states.ts';
import type { UserFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import type { CheckInput, RequestToCheck } from './checks.ts';
import type { ChooseLocale } from './choose-locale.ts';
import { numberToCall } from './number-to-call.ts';
import { pausesFor } from './pauses.ts';

/** Looks up everything that the checks need. */
export type LookUp = ReturnType<typeof createLookUp>;

/** @param deps where what is not among the facts comes from */
export function createLookUp(deps: {
  policyAt: PolicyAt;
  pbxProfileOf: PbxProfileOf;
  chooseLocale: ChooseLocale;
}) {
  // Many requests may be handled at once, see `placesFor`.
  const oneByOne = new Mutex();
  return {
    /** For a request, or one that might be made. */
    async forRequest(request: RequestToCheck, facts: UserFacts): Promise<CheckInput> {
      const policy = await deps.policyAt(facts.tenantId, facts.policyVersion);
      const hasNumber = request.purpose !== 'register' || request.number !== undefined;
      const number = hasNumber ? orError(() => numberToCall(request, policy, facts)) : null;
      const parsed = number instanceof ServiceError ? null : number;
      return {
        ...{ request, policy, facts, number, limits: [] },
        pauses: parsed && (await pauses(request, parsed, policy)),
        locale: orError(() =>
          deps.chooseLocale({
            requested: request.locale,
            ofUser: facts.locale,
            ofTenant: policy.locale,
            country: parsed?.country ?? '',
          }),
        ),
      };
    },

    /** For a verification whose call is about to be placed. */
    async forCall(verification: Verification, facts: UserFacts): Promise<CheckInput> {
      const { tenantId, userId, phoneNumber, extension, locale, channel, phoneType } = verification;
      const purpose = ofUser(verification.purpose);
      const policy = await deps.policyAt(facts.tenantId, facts.policyVersion);
      const typed = { number: phoneNumber, extension: extension ?? undefined };
      const request = { tenantId, userId, purpose, channel, phoneType, ...typed };
      const number = orError(() =>
        numberToCall(purpose === 'signIn' ? request : { ...request, purpose: 'register' }, policy, facts),
      );
      return { request, policy, facts, number, limits: [], pauses: null, locale };
    },
  };

  async function pauses(request: RequestToCheck, number: ParsedNumber, policy: TenantPolicy) {
    if (number.extension === null) return null;
    const switchboard = { tenantId: request.tenantId, number: number.e164 };
    const profile = await oneByOne.runExclusive(() => deps.pbxProfileOf(switchboard));
    return pausesFor(request, number, profile, policy);
  }
}

/** What is found, or the error that says why nothing is. Other errors are thrown. */
function orError<T>(find: () => T): T | ServiceError {
  try {
    return find();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}
