import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { type CallSnapshot, ProviderError, type Providers } from '../../providers/port.ts';
import { leaveToOthers, type Step, type StepResult, waitUntil } from '../job/advance.ts';
import type { Timeouts } from '../ports.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { NoteCall } from '../store/call-notes.ts';
import type { LostCallStore } from '../store/lost-calls.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { CheckAgain } from './check-again.ts';
import type { Dial } from './dial.ts';
import { lookAgainAt } from './look-again.ts';
import { endUnwanted } from './place-attempt.ts';

/** How many calls may be dialed because the ones before were nowhere to be found. */
const MOST_DIALS = 3;
/** How far our clock and the provider's may be apart, ms. Calls that an attempt knows are told apart by their ids anyway. */
const CLOCK_SLACK_MS = 60_000;

/** A verification that is dialing. */
type Dialing = Verification & { attemptId: string; lineNumber: string; dialedAt: Date };

/**
 * State `dialing`: an attempt is recorded and nobody knows if there is a call. Waits a grace for a webhook that
 * carries the attempt's id, then asks the provider. A call that no attempt knows is adopted; only if there is none
 * is it dialed again.
 */
export function createFindLostCall(deps: {
  verifications: Pick<VerificationStore, 'giveUp' | 'lookAgain' | 'decide'>;
  lost: LostCallStore;
  noteCall: NoteCall;
  attempts: Pick<AttemptStore, 'nameLateCall'>;
  providers: Pick<Providers, 'findCalls' | 'endCall'>;
  checkAgain: CheckAgain;
  dial: Dial;
  isStopping: () => boolean;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}): Step {
  return async function findLostCall(verification) {
    if (!isDialing(verification))
      throw new Error(
        `verification ${verification.id} is dialing without an attempt; the registry was edited`,
      );
    const now = deps.clock.now();
    if (now < verification.wakeAt) return waitUntil(verification.wakeAt);
    const found = await search(verification);
    if (found === 'unknown') return lookAgain(verification, now);
    return found ? adopt(verification, found) : dialAgain(verification, now);
  };

  async function dialAgain(verification: Dialing, now: Date): Promise<StepResult> {
    const lost = await deps.lost.countLost(verification.id);
    if (lost >= MOST_DIALS || verification.expiresAt <= now) return giveUp(verification, 'callLost', now);
    if (deps.isStopping()) return leaveToOthers(now);
    const allowed = await deps.checkAgain(verification, now);
    if (allowed) return deps.dial(verification, allowed.policyVersion);
    await deps.verifications.decide(verification.id, { outcome: 'blocked' }, now, verification.attemptId);
    return 'moved';
  }

  async function search(verification: Dialing): Promise<CallSnapshot | undefined | 'unknown'> {
    const { phoneNumber: to, lineNumber: from } = verification;
    try {
      const since = later(verification.dialedAt, -CLOCK_SLACK_MS);
      const calls = await deps.providers.findCalls({ to, from, since });
      const [first] = await deps.lost.unclaimed(
        to,
        calls.map((call) => call.callId),
      );
      if (first === undefined) return undefined;
      // Two in doubt about one number: whose call it is, only its webhooks can tell.
      if ((await deps.lost.countInDoubt(to, from)) > 1) return 'unknown';
      return calls.find((call) => call.callId === first);
    } catch (error) {
      if (error instanceof ProviderError) return 'unknown';
      throw error;
    }
  }

  async function adopt(
    { id, attemptId, lineNumber }: Dialing,
    { callId }: CallSnapshot,
  ): Promise<StepResult> {
    const at = deps.clock.now();
    const wakeAt = later(at, deps.timeouts.watchMs);
    const noted = await deps.noteCall({ attemptId, callId, progress: null, at, wakeAt });
    if (noted === null || noted.state === 'finished')
      await endUnwanted(deps, id, attemptId, { callId, lineNumber });
    deps.events.emit('call.adopted', { verificationId: id, attemptId });
    return 'moved';
  }

  async function lookAgain(verification: Dialing, now: Date): Promise<StepResult> {
    const hopeless = later(verification.expiresAt, deps.timeouts.dialGraceMs);
    if (now >= hopeless) return giveUp(verification, 'networkUnreachable', now);
    return lookAgainAt(deps.verifications, verification, later(now, deps.timeouts.watchMs));
  }

  /** Only while nobody has heard of the call: a webhook may have come during the search. */
  async function giveUp({ id, attemptId }: Dialing, errorCode: string, now: Date): Promise<StepResult> {
    await deps.verifications.giveUp(id, attemptId, errorCode, now);
    return 'moved';
  }
}

function isDialing(verification: Verification): verification is Dialing {
  const { attemptId, lineNumber, dialedAt } = verification;
  return attemptId !== null && lineNumber !== null && dialedAt !== null;
}
