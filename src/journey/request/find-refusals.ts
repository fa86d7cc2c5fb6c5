import { tenantNotFound } from '../../domain/not-found.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ReadFacts, UserFacts } from '../store/facts.ts';
import { allRefusals, type RequestToCheck } from './checks.ts';
import type { ReachedLimits } from './limits.ts';
import type { LookUp } from './look-up.ts';

/** The refusals for requests of one user. */
export interface Refusals {
  /** For each request, the errors that it would be refused with, in the order of the checks. */
  refusals: ServiceError[][];
  /** Whether the policy issues app passwords. */
  issuesAppPasswords: boolean;
  /** When the user's block ends; null: no block, or no end. */
  blockedUntil: Date | null;
}

/** The same without its user. */
type RequestWithoutUser = Omit<RequestToCheck, keyof User>;

/** Finds all refusals, where a real request stops at the first; nothing is counted or reserved. */
export function createFindRefusals(deps: {
  readFacts: ReadFacts;
  lookUp: LookUp;
  reachedLimits: ReachedLimits;
  clock: Clock;
}) {
  return async function findRefusals(user: User, requests: RequestWithoutUser[]): Promise<Refusals> {
    const facts = await deps.readFacts.ofUser(user, deps.clock.now());
    if (!facts) throw tenantNotFound();
    const inputs = await Promise.all(requests.map((request) => look({ ...user, ...request }, facts)));
    return {
      refusals: inputs.map(allRefusals),
      issuesAppPasswords: inputs[0]?.policy.appPassword.issue ?? false,
      blockedUntil: facts.blockedUntil,
    };
  };

  async function look(request: RequestToCheck, facts: UserFacts) {
    const input = await deps.lookUp.forRequest(request, facts);
    const phone = input.number instanceof ServiceError ? null : input.number;
    return { ...input, limits: await deps.reachedLimits({ ...request, phone }, input.policy) };
  }
}
