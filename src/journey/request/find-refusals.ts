import { tenantNotFound } from '../../domain/not-found.ts';
import type { ParsedNumber } from '../../domain/number.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Lines } from '../place/lines.ts';
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

/** A request that might be made: what is against it, and how it was understood. */
export interface Preview {
  refusals: ServiceError[];
  /** Null: the number cannot be understood, or must not be called. */
  understood: {
    number: ParsedNumber;
    /** The language of the call or text. */
    locale: string;
    /** The pause before the extension, s; null: there is no extension. */
    pauseBeforeS: number | null;
    /** Who calls, or who the text comes from: E.164 or a name. */
    from: string;
  } | null;
}

/** The same without its user. */
type RequestWithoutUser = Omit<RequestToCheck, keyof User>;

/** Finds all refusals, where a real request stops at the first; nothing is counted or reserved. */
export function createFindRefusals(deps: {
  readFacts: ReadFacts;
  lookUp: LookUp;
  reachedLimits: ReachedLimits;
  lineFor: Lines['lineFor'];
  clock: Clock;
}) {
  return { findRefusals, previewRequest };

  async function findRefusals(user: User, requests: RequestWithoutUser[]): Promise<Refusals> {
    const facts = await deps.readFacts.ofUser(user, deps.clock.now());
    if (!facts) throw tenantNotFound();
    const inputs = await Promise.all(requests.map((request) => look({ ...user, ...request }, facts)));
    return {
      refusals: inputs.map(allRefusals),
      issuesAppPasswords: inputs[0]?.policy.appPassword.issue ?? false,
      blockedUntil: facts.blockedUntil,
    };
  }

  async function previewRequest(user: User, request: RequestWithoutUser): Promise<Preview> {
    const facts = await deps.readFacts.ofUser(user, deps.clock.now());
    if (!facts) throw tenantNotFound();
    const input = await look({ ...user, ...request }, facts);
    const { number, locale, pauses } = input;
    const refusals = allRefusals(input);
    if (number === null || number instanceof ServiceError || locale instanceof ServiceError)
      return { refusals, understood: null };
    const pauseBeforeS = pauses?.pauseBeforeS ?? null;
    const from = deps.lineFor(number.country, request.channel);
    return { refusals, understood: { number, locale, pauseBeforeS, from } };
  }

  async function look(request: RequestToCheck, facts: UserFacts) {
    const input = await deps.lookUp.forRequest(request, facts);
    const phone = input.number instanceof ServiceError ? null : input.number;
    return { ...input, limits: await deps.reachedLimits({ ...request, phone }, input.policy) };
  }
}
