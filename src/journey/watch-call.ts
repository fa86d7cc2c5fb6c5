import type { Events } from '../events.ts';
import { type Clock, later } from '../platform/clock.ts';
import { ENDED, type PlacedCall, ProviderError, type Providers } from '../providers/port.ts';
import { type Step, type StepResult, waitUntil } from './advance.ts';
import type { Outcome } from './outcomes.ts';
import type { Patience, RulesOf } from './ports.ts';
import { graceAfterEnd, outcomeOfEndedCall } from './rules.ts';
import type { CallAttemptStore } from './store/call-attempts.ts';
import type { CallAttempt, Verification } from './store/rows.ts';
import type { VerificationStore } from './store/verifications.ts';

/** What watching needs. */
interface WatchDeps {
  verifications: VerificationStore;
  attempts: CallAttemptStore;
  network: Pick<Providers, 'fetchCall'>;
  rulesOf: RulesOf;
  patience: Patience;
  clock: Clock;
  events: Events;
}

/**
 * States `ringing` and `answered`, when it is time to look: webhooks should have decided by now. A call known to be
 * over is decided from its end, after a grace for a key still on its way. Otherwise the network is asked: still
 * alive, wait on; over, note it; unknown to the network or out of all bounds, a provider error.
 */
export function createWatchCall(deps: WatchDeps): Step {
  return async function watchCall(verification) {
    const attempt = verification.attemptId && (await deps.attempts.read(verification.attemptId));
    if (!attempt)
      throw new Error(`verification ${verification.id} rings without an attempt; the registry was edited`);
    const now = deps.clock.now();
    if (attempt.endedAt) return decideFromEnd(deps, verification, attempt, attempt.endedAt, now);
    if (now < verification.wakeAt) return waitUntil(verification.wakeAt);
    return askNetwork(verification, attempt, now);
  };

  async function askNetwork(
    verification: Verification,
    attempt: CallAttempt,
    now: Date,
  ): Promise<StepResult> {
    const call =
      attempt.callId === null
        ? null
        : await fetch({ callId: attempt.callId, lineNumber: attempt.lineNumber });
    if (call === null) return providerError(verification, attempt, 'callNotFound', now);
    if (call !== 'unreachable' && ENDED.includes(call.status)) {
      await deps.attempts.foundOver(
        attempt.id,
        call,
        now,
        later(now, graceAfterEnd(call.status, deps.patience)),
      );
      return 'moved';
    }
    const rules = await deps.rulesOf(verification.tenantId);
    const bound = (rules.ringTimeoutS + rules.callTimeLimitS) * 1000 + 10 * deps.patience.watchMs;
    if (now >= later(attempt.startedAt, bound))
      return providerError(verification, attempt, 'callNeverEnded', now);
    const wakeAt = later(now, deps.patience.watchMs);
    await deps.verifications.lookAgain(verification, wakeAt);
    return waitUntil(wakeAt);
  }

  async function fetch(call: PlacedCall) {
    try {
      return await deps.network.fetchCall(call);
    } catch (error) {
      if (error instanceof ProviderError) return 'unreachable' as const;
      throw error;
    }
  }

  async function providerError(
    verification: Verification,
    attempt: CallAttempt,
    errorCode: string,
    now: Date,
  ) {
    await deps.verifications.decide(
      verification.id,
      { outcome: 'providerError', errorCode },
      now,
      attempt.id,
    );
    return 'moved' as const;
  }
}

/** What the end of a call means, once no key can be on its way any more. */
async function decideFromEnd(
  deps: WatchDeps,
  verification: Verification,
  attempt: CallAttempt,
  endedAt: Date,
  now: Date,
): Promise<StepResult> {
  const status = ENDED.find((ended) => ended === attempt.status) ?? 'failed';
  const due = later(endedAt, graceAfterEnd(status, deps.patience));
  if (now < due) {
    // The end may have been noted without saying when to look; an overdue row would be looked at without a pause.
    await deps.verifications.lookAgain(verification, due);
    return waitUntil(due);
  }
  const outcome = outcomeOfEndedCall({ ...attempt, status });
  if (await redial(deps, verification, attempt, outcome, now)) return 'moved';
  await deps.verifications.decide(
    verification.id,
    { outcome, errorCode: attempt.errorCode },
    now,
    attempt.id,
  );
  return 'moved';
}

/** One more call, if the policy wants one for this ending and there is time. Says whether there will be one. */
async function redial(
  deps: WatchDeps,
  verification: Verification,
  attempt: CallAttempt,
  outcome: Outcome,
  now: Date,
): Promise<boolean> {
  if (outcome !== 'busy' && outcome !== 'noAnswer') return false;
  const { redial: wanted } = await deps.rulesOf(verification.tenantId);
  const again = (outcome === 'busy' && wanted.onBusy) || (outcome === 'noAnswer' && wanted.onNoAnswer);
  const wakeAt = later(now, wanted.afterS * 1000);
  if (!again || verification.redials > 0 || wakeAt >= verification.expiresAt) return false;
  const { id: verificationId } = verification;
  const queued = await deps.attempts.redial(attempt.id, wakeAt);
  if (queued) deps.events.emit('call.redial', { verificationId, attemptId: attempt.id, outcome });
  return queued;
}
