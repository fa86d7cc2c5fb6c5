import { later } from '../platform/clock.ts';
import { type CallSnapshot, ProviderError } from '../providers/port.ts';
import { leaveToOthers, type Step, type StepResult, waitUntil } from './advance.ts';
import type { DialDeps } from './dial.ts';
import type { CallAttempt, Verification } from './store/rows.ts';

/** How many calls may be dialled because the ones before were nowhere to be found. */
const MOST_DIALS = 3;
/** How far our clock and the network's may be apart, ms. Calls that an attempt knows are told apart by their ids anyway. */
const CLOCK_SLACK_MS = 60_000;

/**
 * State `dialing`: an attempt is recorded and nobody knows if there is a call. Waits a grace for a webhook that
 * carries the attempt's id, then asks the network. A call that no attempt knows is adopted; only if there is none
 * is it dialled again.
 */
export function createFindLostCall(deps: DialDeps & { dial: Step; isStopping: () => boolean }): Step {
  return async function findLostCall(verification) {
    const attempt = verification.attemptId && (await deps.attempts.read(verification.attemptId));
    if (!attempt)
      throw new Error(
        `verification ${verification.id} is dialing without an attempt; the registry was edited`,
      );
    const now = deps.clock.now();
    if (now < verification.wakeAt) return waitUntil(verification.wakeAt);
    const found = await search(verification, attempt);
    if (found === 'unknown') return lookAgain(verification, attempt, now);
    return found ? adopt(verification, attempt, found) : dialAgain(verification, attempt, now);
  };

  async function dialAgain(verification: Verification, attempt: CallAttempt, now: Date): Promise<StepResult> {
    const lost = await deps.attempts.countLost(verification.id);
    if (lost >= MOST_DIALS || verification.expiresAt <= now)
      return giveUp(verification, attempt, 'callNotFound', now);
    if (deps.isStopping()) return leaveToOthers(now);
    return deps.dial(verification);
  }

  async function search(
    verification: Verification,
    attempt: CallAttempt,
  ): Promise<CallSnapshot | undefined | 'unknown'> {
    const { phoneNumber: to } = verification;
    try {
      const since = later(attempt.startedAt, -CLOCK_SLACK_MS);
      const calls = await deps.network.findCalls({ to, from: attempt.lineNumber, since });
      const [first] = await deps.attempts.unclaimed(calls.map((call) => call.callId));
      if (first === undefined) return undefined;
      // Two in doubt about one number: whose call it is, only its webhooks can tell.
      if ((await deps.attempts.countInDoubt(to, attempt.lineNumber)) > 1) return 'unknown';
      return calls.find((call) => call.callId === first);
    } catch (error) {
      if (error instanceof ProviderError) return 'unknown';
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
    if (now >= hopeless) return giveUp(verification, attempt, 'networkUnreachable', now);
    const wakeAt = later(now, deps.patience.watchMs);
    await deps.verifications.lookAgain(verification, wakeAt);
    return waitUntil(wakeAt);
  }

  /** Only while nobody has heard of the call: a webhook may have come during the search. */
  async function giveUp(
    { id }: Verification,
    attempt: CallAttempt,
    errorCode: string,
    now: Date,
  ): Promise<StepResult> {
    await deps.attempts.giveUp(id, attempt.id, errorCode, now);
    return 'moved';
  }
}
