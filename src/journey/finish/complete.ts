import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import { ProviderError, type Providers } from '../../providers/port.ts';
import type { Outcome } from '../outcomes.ts';
import type { CompletionWrites, PolicyAt } from '../ports.ts';
import type { FinishVerification } from '../store/completion.ts';
import type { Decided } from '../store/rows.ts';
import type { Need, VerificationStore } from '../store/verifications.ts';
import { isText, type PassOn } from './pass-on.ts';
import { allOf, needsOf, writesFor } from './writes-for.ts';

/** Outcomes that may be decided while the phone still rings or a prompt still plays. */
const CALL_MAY_LIVE: readonly (Outcome | null)[] = [
  'canceled',
  'blocked',
  'voicemail',
  'expired',
  'providerError',
];

/** Completes a decided verification, unless it was completed before. */
export type Complete = (verification: Decided) => Promise<void>;

/**
 * State `decided` → `finished`. Ends a call that is no longer needed; an approved registration leaves the office
 * phone and the app password behind, a report of fraud a blocked user without app passwords, everything else only its
 * outcome.
 */
export function createComplete(deps: {
  passOn: PassOn;
  finish: FinishVerification;
  refuseApproved: VerificationStore['refuseApproved'];
  writes: CompletionWrites;
  providers: Pick<Providers, 'endCall'>;
  policyAt: PolicyAt;
  traces: TraceContext;
  clock: Clock;
  log: Logger;
}): Complete {
  return (verification) =>
    deps.traces.within(verification.traceParent, 'complete verification', () => complete(verification));

  async function complete(verification: Decided): Promise<void> {
    // A text cannot be ended. Whoever stopped the calls still hears that they are stopped.
    const callMayLive =
      !isText(verification) &&
      CALL_MAY_LIVE.includes(verification.outcome) &&
      verification.errorCode !== 'numberSuppressed';
    if (callMayLive) await endCall(verification);
    const policy = await deps.policyAt(verification.tenantId, verification.policyNow);
    const now = deps.clock.now();
    const needs = needsOf(deps.writes, verification, policy);
    const writes = writesFor(deps.writes, verification, policy, now);
    const finished = await deps.finish(verification, writes, now, allOf(needs));
    if (!finished) return refuse(verification, needs, now);
    // The provider may have taken the call since the verification was read; whoever noted that leaves the call to us.
    if (callMayLive && verification.callId === null) await endCall({ ...verification, ...finished });
    await deps.passOn(verification, policy, finished.message);
  }

  /** Phone and app password are registered both or neither: without room for the one the other is refused, too. */
  async function refuse({ id }: Decided, needs: Need[], now: Date): Promise<void> {
    for (const need of needs) {
      const refused = await deps.refuseApproved(id, need, now);
      if (refused) return complete(refused);
    }
  }

  /** Best effort: the call has a time limit of its own, and a person who answers it hears that it is over. */
  async function endCall({ id, callId, lineNumber, endedAt }: Decided): Promise<void> {
    if (callId === null || lineNumber === null || endedAt) return;
    try {
      await deps.providers.endCall({ callId, lineNumber });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { errorCode } = error;
      deps.log.warn(
        { verificationId: id, errorCode },
        'a call could not be ended; it ends at its time limit',
      );
    }
  }
}
