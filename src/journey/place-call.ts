import { ServiceError } from '../errors.ts';
import { type Clock, later } from '../platform/clock.ts';
import { type Step, waitUntil } from './advance.ts';
import type { Outcome } from './outcomes.ts';
import type { RulesOf } from './ports.ts';
import type { Verification } from './store/rows.ts';
import type { VerificationStore } from './store/verifications.ts';

/** How long a process that is stopping leaves a queued verification to others, ms. */
const LEAVE_MS = 2_000;

/**
 * State `queued`. Not yet due: waits. Too late: expired. No longer allowed: blocked. Otherwise dials.
 * A process that is stopping leaves it to another one.
 */
export function createPlaceCall(deps: {
  verifications: VerificationStore;
  rulesOf: RulesOf;
  dial: Step;
  isStopping: () => boolean;
  clock: Clock;
}): Step {
  return async function placeCall(verification) {
    const now = deps.clock.now();
    if (verification.expiresAt <= now) return decide(verification, 'expired', now);
    if (verification.wakeAt > now) return waitUntil(verification.wakeAt);
    if (deps.isStopping()) return { kind: 'leave', until: later(now, LEAVE_MS) };
    if (!(await isAllowed(verification))) return decide(verification, 'blocked', now);
    return deps.dial(verification);
  };

  async function decide(verification: Verification, outcome: Outcome, now: Date) {
    await deps.verifications.decide(verification.id, { outcome }, now);
    return 'moved' as const;
  }

  /** The policy may have changed since the request. */
  async function isAllowed(verification: Verification): Promise<boolean> {
    const rules = await deps.rulesOf(verification.tenantId);
    try {
      rules.understandNumber({ number: verification.phoneNumber });
    } catch (error) {
      if (error instanceof ServiceError) return false;
      throw error;
    }
    return rules.officePhone.allowed;
  }
}
