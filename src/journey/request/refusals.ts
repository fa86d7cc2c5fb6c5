import { ServiceError } from '../../errors.ts';
import type { RulesOf, TenantRules } from '../ports.ts';
import type { Purpose } from '../states.ts';
import type { ChooseChallenge } from './choose-challenge.ts';
import type { Counted } from './limits.ts';
import { assertOfficePhoneAllowed } from './new-verification.ts';
import type { NumberToCall } from './number-to-call.ts';

/** What somebody might ask for. Without a number to register, no number is looked at. */
export interface Wish {
  tenantId: string;
  userId: string;
  purpose: Extract<Purpose, 'register' | 'signIn'>;
  number?: string | undefined;
  country?: string | undefined;
  extension?: string | undefined;
}

/** What speaks against a wish. */
export interface Refusals {
  /** The errors that a request would be refused with, one after the other. */
  refusals: ServiceError[];
  /** Whether the policy issues app passwords. */
  issuesAppPasswords: boolean;
}

/** What finding refusals needs: what a request is checked with. */
interface RefusalDeps {
  rulesOf: RulesOf;
  numberToCall: NumberToCall;
  assertNotBlocked: (user: { tenantId: string; userId: string }) => Promise<void>;
  assertRoomForAppPassword: (user: { tenantId: string; userId: string }) => Promise<void>;
  chooseChallenge: ChooseChallenge;
  reachedLimits: (request: Counted, limits: TenantRules['limits']) => Promise<ServiceError[]>;
}

/**
 * Finds everything that speaks against a wish, where a request stops at the first. The checks are those of
 * `new-verification.ts`; nothing is counted, and no place on a line is taken.
 */
export function createRefusalsOf(deps: RefusalDeps) {
  return async function refusalsOf(wish: Wish): Promise<Refusals> {
    const rules = await deps.rulesOf(wish.tenantId);
    const refusals: ServiceError[] = [];
    const attempt = async <T>(check: () => T | Promise<T>) => {
      try {
        return await check();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        refusals.push(error);
        return null;
      }
    };
    await attempt(() => assertOfficePhoneAllowed(rules));
    await attempt(() => deps.assertNotBlocked(wish));
    const hasNumber = wish.purpose === 'signIn' || wish.number !== undefined;
    const number = hasNumber ? await attempt(() => deps.numberToCall(wish, rules)) : null;
    if (wish.purpose === 'register' && rules.appPassword.issue)
      await attempt(() => deps.assertRoomForAppPassword(wish));
    await attempt(() => deps.chooseChallenge(wish, rules));
    const { tenantId, userId } = wish;
    const counted = { tenantId, userId, phone: number };
    refusals.push(...(await deps.reachedLimits(counted, rules.limits)));
    return { refusals, issuesAppPasswords: rules.appPassword.issue };
  };
}
