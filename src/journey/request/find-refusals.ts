import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ReadFacts, UserFacts } from '../store/facts.ts';
import { allRefusals, type Wish } from './checks.ts';
import type { ReachedLimits } from './limits.ts';
import type { LookUp } from './look-up.ts';

/** The refusals for the wishes of one user. */
export interface Refusals {
  /** For each wish, the errors that a request would be refused with, in the order of the checks. */
  refusals: ServiceError[][];
  /** Whether the policy issues app passwords. */
  issuesAppPasswords: boolean;
  /** When the user's block ends; null: no block, or no end. */
  blockedUntil: Date | null;
}

/** A wish without its user. */
type OpenWish = Omit<Wish, keyof User>;

/** Finds all refusals for wishes, where a request stops at the first; nothing is counted or reserved. */
export function createFindRefusals(deps: {
  readFacts: ReadFacts;
  lookUp: LookUp;
  reachedLimits: ReachedLimits;
  clock: Clock;
}) {
  return async function findRefusals(user: User, wishes: OpenWish[]): Promise<Refusals> {
    const facts = await deps.readFacts.ofUser(user, deps.clock.now());
    if (!facts)
      throw new ServiceError(
        'tenant.notFound',
        'There is no such tenant. Use the id that it was created with.',
      );
    const looked = await Promise.all(wishes.map((wish) => look({ ...user, ...wish }, facts)));
    return {
      refusals: looked.map(allRefusals),
      issuesAppPasswords: looked[0]?.policy.appPassword.issue ?? false,
      blockedUntil: facts.blockedUntil,
    };
  };

  async function look(wish: Wish, facts: UserFacts) {
    const looked = await deps.lookUp.forWish(wish, facts);
    const phone = looked.number instanceof ServiceError ? null : looked.number;
    return { ...looked, limits: await deps.reachedLimits({ ...wish, phone }, looked.policy.limits) };
  }
}
