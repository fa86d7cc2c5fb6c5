import { type CallSnapshot, PhoneNetworkError } from '../phone-network/port.ts';
import { later } from '../platform/clock.ts';
import { type Step, type StepResult, waitUntil } from './advance.ts';
import type { DialDeps } from './dial.ts';
import type { CallAttempt, Verification } from './store/rows.ts';

/** How many calls may be dialled because the ones before were nowhere to be found. */
const MOST_DIALS = 3;

/**
 * State `dialing`: an attempt is recorded and nobody knows if there is a call. Waits a grace for a webhook that
 * carries the attempt's id, then asks the network. A call that no attempt knows is adopted; only if there is none
 * is it dialled again.
 */
export function createFindLostCall(deps: DialDeps & { dial: Step }): Step {
  return async function findLostCall(verification) {
    const attempt = verification.attemptId && (await deps.attempts.read(verification.attemptId));
    if (!attempt)
      throw new Error(
        `verification ${verification.id} is dialing without an attempt; the registry was edited`,
      );
    const now = deps.clock.now();
    const graceEnds = later(attempt.startedAt, deps.patience.dialGraceMs);
    if (now < graceEnds) return waitUntil(graceEnds);
    const found = await search(verification, attempt);
    if (found === 'unreachable') return lookAgain(verification, attempt, now);
    if (found) return adopt(verification, attempt, found);
    if (attempt.number >= MOST_DIALS || verification.expiresAt <= now)
      return giveUp(verification, 'callNotFound', now);
    return deps.dial(verification);
  };

  async function search(
    verification: Verification,
    attempt: CallAttempt,
  ): Promise<CallSnapshot | undefined | 'unreachable'> {
    try {
      const calls = await deps.network.findCalls({
        to: verification.phoneNumber,
        from: attempt.lineNumber,
        since: attempt.startedAt,
      });
      const [first] = await deps.attempts.unclaimed(calls.map((call) => call.callId));
      return calls.find((call) => call.callId === first);
    } catch (error) {
      if (error instanceof PhoneNetworkError) return 'unreachable';
      throw error;
    }
  }

  async function adopt(
    verification: Verification,
    attempt: CallAttempt,
    call: CallSnapshot,
  ): Promise<StepResult> {
    const { id: verificationId } = verification;
    await deps.attempts.accept(attempt.id, call.callId, later(deps.clock.now(), deps.patience.watchMs));
    deps.events.emit('call.adopted', { verificationId, attemptId: attempt.id });
    return 'moved';
  }

  async function lookAgain(verification: Verification, attempt: CallAttempt, now: Date): Promise<StepResult> {
    const hopeless = later(verification.expiresAt, deps.patience.dialGraceMs);
    if (now >= hopeless) return giveUp(verification, attempt.errorCode ?? 'networkUnreachable', now);
    const wakeAt = later(now, deps.patience.watchMs);
    await deps.verifications.lookAgain(verification, wakeAt);
    return waitUntil(wakeAt);
  }

  async function giveUp(verification: Verification, errorCode: string, now: Date): Promise<StepResult> {
    await deps.verifications.decide(verification.id, { outcome: 'providerError', errorCode }, now);
    return 'moved';
  }
}
