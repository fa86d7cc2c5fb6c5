import { type UnderstoodNumber, understandNumber } from '../../domain/number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { PbxProfileOf, PolicyAt } from '../ports.ts';
import type { UserFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import type { Looked, Wish } from './checks.ts';
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
  return {
    /** For what somebody asks for. */
    async forWish(wish: Wish, facts: UserFacts): Promise<Looked> {
      const policy = await deps.policyAt(facts.tenantId, facts.policyVersion);
      const hasNumber = wish.purpose !== 'register' || wish.number !== undefined;
      const number = hasNumber ? orError(() => numberToCall(wish, policy, facts)) : null;
      const understood = number instanceof ServiceError ? null : number;
      return {
        ...{ wish, policy, facts, number, limits: [] },
        pauses: understood && (await pauses(wish, understood, policy)),
        locale: orError(() =>
          deps.chooseLocale({
            requested: wish.locale,
            ofUser: facts.locale,
            ofTenant: policy.locale,
            country: understood?.country ?? '',
          }),
        ),
      };
    },

    /** For a verification whose call is about to be placed. */
    async forCall(verification: Verification, facts: UserFacts): Promise<Looked> {
      const { tenantId, userId, purpose, phoneNumber, extension, locale } = verification;
      const policy = await deps.policyAt(facts.tenantId, facts.policyVersion);
      const typed = { number: phoneNumber, extension: extension ?? undefined };
      const number = orError(() => understandNumber(typed, policy));
      const wish = { tenantId, userId, purpose, ...typed };
      return { wish, policy, facts, number, limits: [], pauses: null, locale };
    },
  };

  async function pauses(wish: Wish, number: UnderstoodNumber, policy: TenantPolicy) {
    if (number.extension === null) return null;
    const profile = await deps.pbxProfileOf({ tenantId: wish.tenantId, number: number.e164 });
    return pausesFor(wish, number, profile, policy);
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
