import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { ENDED, type PlacedCall, ProviderError, type Providers } from '../../providers/port.ts';
import { type Step, type StepResult, waitUntil } from '../job/advance.ts';
import type { Outcome } from '../outcomes.ts';
import type { PolicyAt, Timeouts } from '../ports.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';
import { graceAfterEnd, outcomeOfEndedCall } from './rules.ts';

/** What watching needs. */
interface WatchDeps {
  verifications: Pick<VerificationStore, 'decide' | 'lookAgain'>;
  attempts: Pick<AttemptStore, 'foundOver' | 'redial'>;
  providers: Pick<Providers, 'fetchCall'>;
  policyAt: PolicyAt;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}

/** A verification whose call rings or was answered. */
type Watched = Verification & { attemptId: string; dialedAt: Date };

/**
 * States `ringing` and `answered`, when it is time to look: webhooks should have decided by now. A call known to be
 * over is decided from its end, after a grace for a key still on its way. Otherwise the provider is asked: still
 * alive, wait on; over, note it; unknown to the provider or out of all bounds, a provider error.
 */
export function createWatchCall(deps: WatchDeps): Step {
  return async function watchCall(verification) {
    if (!isWatched(verification))
      throw new Error(`verification ${verification.id} rings without an attempt; the registry was edited`);
    const now = deps.clock.now();
    if (verification.endedAt) return decideFromEnd(deps, verification, verification.endedAt, now);
    if (now < verification.wakeAt) return waitUntil(verification.wakeAt);
    return askNetwork(verification, now);
  };

  async function askNetwork(verification: Watched, now: Date): Promise<StepResult> {
    const { attemptId, callId, lineNumber } = verification;
    const call = callId === null || lineNumber === null ? null : await fetch({ callId, lineNumber });
    if (call === null) return providerError(verification, 'callNotFound', now);
    if (call !== 'unreachable' && ENDED.includes(call.status)) {
      await deps.attempts.foundOver(
        attemptId,
        call,
        now,
        later(now, graceAfterEnd(call.status, deps.timeouts)),
      );
      return 'moved';
    }
    const { ringTimeoutS, callTimeLimitS } = await deps.policyAt(
      verification.tenantId,
      verification.policyNow,
    );
    const bound = (ringTimeoutS + callTimeLimitS) * 1000 + 10 * deps.timeouts.watchMs;
    if (now >= later(verification.dialedAt, bound)) return providerError(verification, 'callNeverEnded', now);
    const wakeAt = later(now, deps.timeouts.watchMs);
    await deps.verifications.lookAgain(verification, wakeAt);
    return waitUntil(wakeAt);
  }

  async function fetch(call: PlacedCall) {
    try {
      return await deps.providers.fetchCall(call);
    } catch (error) {
      if (error instanceof ProviderError) return 'unreachable' as const;
      throw error;
    }
  }

  async function providerError({ id, attemptId }: Watched, errorCode: string, now: Date) {
    await deps.verifications.decide(id, { outcome: 'providerError', errorCode }, now, attemptId);
    return 'moved' as const;
  }
}

function isWatched(verification: Verification): verification is Watched {
  return verification.attemptId !== null && verification.dialedAt !== null;
}

/** What the end of a call means, once no key can be on its way any more. */
async function decideFromEnd(
  deps: WatchDeps,
  verification: Watched,
  endedAt: Date,
  now: Date,
): Promise<StepResult> {
  const status = ENDED.find((ended) => ended === verification.callStatus) ?? 'failed';
  const due = later(endedAt, graceAfterEnd(status, deps.timeouts));
  if (now < due) {
    // The end may have been noted without saying when to look; an overdue row would be looked at without a pause.
    await deps.verifications.lookAgain(verification, due);
    return waitUntil(due);
  }
  const heard = hasBeenHeard(verification);
  const outcome = outcomeOfEndedCall({ ...verification, status, heard });
  if (await redial(deps, verification, outcome, now)) return 'moved';
  const isSilent = status === 'completed' && !heard;
  const decision = { outcome, errorCode: isSilent ? 'noWebhook' : verification.callError };
  const { id, attemptId } = verification;
  const decided = await deps.verifications.decide(id, decision, now, attemptId);
  if (decided && isSilent) reportSilence(deps, verification);
  return 'moved';
}

/** Whether a webhook has told anything of the call. What the provider answered when it was asked is no webhook. */
function hasBeenHeard({ statusSequence, rangAt, answeredAt }: Watched): boolean {
  return statusSequence >= 0 || rangAt !== null || answeredAt !== null;
}

/** The person heard nothing and did nothing wrong: the provider cannot reach us, or what it sends is refused. */
function reportSilence({ events }: WatchDeps, { id: verificationId, attemptId }: Watched): void {
  const meaning =
    'the call was answered and is over, but no webhook of it has come: check that PUBLIC_URL leads here from the internet, and search the log for refused webhooks';
  events.emit('call.noWebhook', { verificationId, attemptId, meaning, alarm: true });
}

/** One more call, if the policy wants one for this ending and there is time. Says whether there will be one. */
async function redial(deps: WatchDeps, verification: Watched, outcome: Outcome, now: Date): Promise<boolean> {
  if (outcome !== 'busy' && outcome !== 'noAnswer') return false;
  const { redial: wanted } = await deps.policyAt(verification.tenantId, verification.policyNow);
  const again = (outcome === 'busy' && wanted.onBusy) || (outcome === 'noAnswer' && wanted.onNoAnswer);
  const wakeAt = later(now, wanted.afterS * 1000);
  if (!again || verification.redials > 0 || wakeAt >= verification.expiresAt) return false;
  const { id: verificationId, attemptId } = verification;
  if (!(await deps.attempts.redial(attemptId, now, wakeAt))) return false;
  deps.events.emit('call.redial', { verificationId, attemptId, outcome });
  return true;
}
