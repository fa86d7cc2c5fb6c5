import { ServiceError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { leaveToOthers, type Step, waitUntil } from '../job/advance.ts';
import type { RulesOf } from '../ports.ts';
import type { CallAttemptStore } from '../store/call-attempts.ts';
import type { Verification } from '../store/rows.ts';
import type { Decision, VerificationStore } from '../store/verifications.ts';

/**
 * State `queued`. Not yet due: waits. Too late: expired, or a provider error if the network had taken no call until
 * then. No longer allowed: blocked. Otherwise dials.
 * A process that is stopping leaves it to another one.
 */
export function createPlaceCall(deps: {
  verifications: VerificationStore;
  attempts: CallAttemptStore;
  rulesOf: RulesOf;
  dial: Step;
  /** Throws `user.blocked` when the user may not be verified. */
  assertNotBlocked: (user: { tenantId: string; userId: string }) => Promise<void>;
  isStopping: () => boolean;
  clock: Clock;
}): Step {
  return async function placeCall(verification) {
    const now = deps.clock.now();
    if (verification.expiresAt <= now) return expire(verification, now);
    if (verification.wakeAt > now) return waitUntil(verification.wakeAt);
    if (deps.isStopping()) return leaveToOthers(now);
    if (!(await isAllowed(verification))) return decide(verification, { outcome: 'blocked' }, now);
    return deps.dial(verification);
  };

  /** An attempt that was put off carries the reason of the network. */
  async function expire(verification: Verification, now: Date) {
    const attempt = verification.attemptId ? await deps.attempts.read(verification.attemptId) : null;
    const errorCode = attempt?.errorCode ?? null;
    const outcome = errorCode === null ? 'expired' : 'providerError';
    return decide(verification, { outcome, errorCode }, now);
  }

  async function decide(verification: Verification, decision: Decision, now: Date) {
    await deps.verifications.decide(verification.id, decision, now);
    return 'moved' as const;
  }

  /** The policy may have changed since the request, and the user may have been blocked. */
  async function isAllowed(verification: Verification): Promise<boolean> {
    const rules = await deps.rulesOf(verification.tenantId);
    try {
      const { phoneNumber: number, extension } = verification;
      rules.understandNumber({ number, extension: extension ?? undefined });
      await deps.assertNotBlocked(verification);
    } catch (error) {
      if (error instanceof ServiceError) return false;
      throw error;
    }
    return rules.officePhone.allowed;
  }
}
