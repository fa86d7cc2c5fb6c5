import { mayStillCall } from '../request/checks.ts';
import type { LookUp } from '../request/look-up.ts';
import type { MaySignIn } from '../sign-in/may-sign-in.ts';
import type { ReadFacts, UserFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';

/**
 * Whether a verification may still be called: the policy may have changed since the request, and the user may have been
 * blocked, or the phone suppressed. Resolves to the version of the policy that allows the call, and before when it must
 * not be placed; null: it may not be placed at all.
 */
export type CheckAgain = (verification: Verification, now: Date) => Promise<StillAllowed | null>;

interface StillAllowed {
  policyVersion: number;
  /** Null: now. */
  notBefore: Date | null;
}

/** @param deps where the facts and what the checks look at come from */
export function createCheckAgain(deps: {
  readFacts: ReadFacts;
  lookUp: LookUp;
  maySignIn: MaySignIn;
}): CheckAgain {
  return async function checkAgain(verification, now) {
    const { id: verificationId, tenantId, userId } = verification;
    const facts = await deps.readFacts.ofUser({ tenantId, userId, verificationId }, now);
    if (facts === null) return null;
    // Whoever handed a message over has chosen the person, who is no user of ours; the phone may have stopped calls.
    if (verification.purpose === 'deliver') return facts.numberSuppressed ? null : allowedBy(facts);
    const mayCall =
      verification.signIn === null
        ? mayStillCall(await deps.lookUp.forCall(verification, facts))
        : await deps.maySignIn(verification, facts, now);
    if (!mayCall) return null;
    return allowedBy(facts);
  };
}

function allowedBy({ policyVersion, numberPausedUntil }: UserFacts): StillAllowed {
  return { policyVersion, notBefore: numberPausedUntil ?? null };
}
