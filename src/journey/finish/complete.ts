import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import { ProviderError, type Providers } from '../../providers/port.ts';
import type { Outcome } from '../outcomes.ts';
import type { CompletionWrites, ContestSignIn, PolicyAt } from '../ports.ts';
import type { FinishVerification } from '../store/completion.ts';
import type { Decided } from '../store/rows.ts';
import type { Need, VerificationStore } from '../store/verifications.ts';
import { allOf, needsOf, writesFor } from './writes-for.ts';

/** Outcomes that may be decided while the phone still rings or a prompt still plays. */
const CALL_MAY_LIVE: readonly (Outcome | null)[] = [
  'canceled',
  'blocked',
  'voicemail',
  'expired',
  'providerError',
];

/** What becomes of the job of a verification, in the background. */
interface Jobs {
  wake(verificationId: string): void;
  remove(verificationId: string): void;
}

const isText = ({ challenge }: Pick<Decided, 'challenge'>): boolean => challenge === 'code';

/** Completes a decided verification, unless it was completed before. */
export type Complete = (verification: Decided) => Promise<void>;

/**
 * State `decided` → `finished`. Ends a call that is no longer needed; an approved registration leaves the office
 * phone and the app password behind, a report of fraud a blocked user without app passwords, everything else only its
 * outcome.
 */
export function createComplete(deps: {
  finish: FinishVerification;
  refuseApproved: VerificationStore['refuseApproved'];
  writes: CompletionWrites;
  contestSignIn: ContestSignIn;
  providers: Pick<Providers, 'endCall'>;
  policyAt: PolicyAt;
  traces: TraceContext;
  /** Delivers a message that was just written; if this process dies, another does. */
  deliverMessage: (written: unknown) => void;
  jobs: Jobs;
  clock: Clock;
  events: Events;
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
    pass(verification, policy, finished.message);
    if (policy.smsSignIn.allowed && isRegistration(verification) && verification.phoneType === 'mobile')
      await deps.contestSignIn(verification, policy.smsSignIn);
  }

  /** Tells those who wait for the end. */
  function pass(verification: Decided, policy: TenantPolicy, message: unknown): void {
    if (verification.purpose === 'deliver') reportMessage(deps.events, verification);
    else if (verification.signIn === null) report(verification, policy);
    else reportSignIn(verification);
    if (message !== null) deps.deliverMessage(message);
    endJob(deps.jobs, verification);
  }

  /** Phone and app password are registered both or neither: without room for the one the other is refused, too. */
  async function refuse({ id }: Decided, needs: Need[], now: Date): Promise<void> {
    for (const need of needs) {
      const refused = await deps.refuseApproved(id, need, now);
      if (refused) return complete(refused);
    }
  }

  function report(verification: Decided, policy: TenantPolicy): void {
    const { id, tenantId, outcome, errorCode } = verification;
    const registered = isRegistration(verification);
    if (registered) deps.events.emit('phoneMethod.registered', { verificationId: id, tenantId });
    if (registered && policy.appPassword.issue && !verification.withoutAppPassword)
      deps.events.emit('appPassword.issued', { verificationId: id, tenantId });
    const end = { outcome: outcome ?? 'none', ...(errorCode ? { errorCode } : {}) };
    deps.events.emit('verification.finished', { verificationId: id, tenantId, ...end });
  }

  function reportSignIn({ id, tenantId, outcome, decoy }: Decided): void {
    const end = { outcome: outcome ?? 'none', ...(decoy === null ? {} : { decoy }) };
    deps.events.emit('signIn.finished', { verificationId: id, tenantId, ...end });
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

function isRegistration({ outcome, purpose }: Decided): boolean {
  return outcome === 'approved' && purpose === 'register';
}

function reportMessage(events: Events, { id, tenantId, outcome, errorCode }: Decided): void {
  const end = { outcome: outcome ?? 'none', ...(errorCode ? { errorCode } : {}) };
  events.emit('message.finished', { verificationId: id, tenantId, ...end });
}

/**
 * A backend's job, which the backend waits for, ends with its verification. Ours sleeps until the code of a text expires; of one that
 * expires it is the job that is at work here.
 */
function endJob(jobs: Jobs, verification: Decided): void {
  if (verification.jobId !== null) jobs.wake(verification.id);
  else if (isText(verification) && verification.outcome !== 'expired') jobs.remove(verification.id);
}
