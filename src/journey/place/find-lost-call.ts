import { type Clock, later } from '../../platform/clock.ts';
import { ProviderError } from '../../providers/port.ts';
import { leaveToOthers, type Step, type StepResult, waitUntil } from '../job/advance.ts';
import type { Timeouts } from '../ports.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { LostCallStore } from '../store/lost-calls.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { CheckAgain } from './check-again.ts';
import type { Dial } from './dial.ts';
import { isTooLate } from './is-too-late.ts';
import { lookAgainAt } from './look-again.ts';
import type { FindLost, InDoubt } from './way.ts';

/** How many calls may be dialed because the ones before were nowhere to be found. */
const MOST_DIALS = 3;
/** How far our clock and the provider's may be apart, ms. Calls that an attempt knows are told apart by their ids anyway. */
const CLOCK_SLACK_MS = 60_000;

/**
 * States `dialing` and `sending`: an attempt is recorded and nobody knows if there is a call or a text. Waits a grace for
 * a webhook that carries the attempt's id, then asks the provider. One that no attempt knows is adopted; only if there is
 * none is it dialed or sent again.
 */
export function createFindLostCall(deps: {
  verifications: Pick<VerificationStore, 'giveUp' | 'lookAgain' | 'decide' | 'makeDecoy'>;
  attempts: Pick<AttemptStore, 'noText'>;
  lost: LostCallStore;
  finder: FindLost;
  checkAgain: CheckAgain;
  dial: Dial;
  isStopping: () => boolean;
  /** How long a call or text of which nobody knows is left alone after the provider was asked for it, ms. */
  graceMs: number;
  timeouts: Pick<Timeouts, 'watchMs'>;
  clock: Clock;
}): Step {
  return async function findLostCall(verification) {
    if (!isInDoubt(verification))
      throw new Error(
        `verification ${verification.id} is ${verification.state} without an attempt; the registry was edited`,
      );
    const now = deps.clock.now();
    if (now < verification.wakeAt) return waitUntil(verification.wakeAt);
    const earliest = later(verification.dialedAt, deps.graceMs);
    if (now < earliest) return lookAgainAt(deps.verifications, verification, earliest);
    // Nobody was asked for it.
    const found = verification.decoy === null ? await search(verification) : verification.attemptId;
    if (found === null) return lookAgain(verification, now);
    if (found === undefined) return dialAgain(verification, now);
    await deps.finder.adopt(verification, found);
    return 'moved';
  };

  async function dialAgain(verification: InDoubt, now: Date): Promise<StepResult> {
    const lost = await deps.lost.countLost(verification.id);
    if (lost >= MOST_DIALS || verification.expiresAt <= now) return giveUp(verification, 'callLost', now);
    if (isTooLate(verification, now))
      return lookAgainAt(deps.verifications, verification, verification.expiresAt);
    if (deps.isStopping()) return leaveToOthers(now);
    const allowed = await deps.checkAgain(verification, now);
    if (allowed) return deps.dial(verification, allowed.policyVersion);
    if (verification.signIn !== null) {
      await deps.verifications.makeDecoy(verification.id, 'notAllowedAnyMore');
      return 'moved';
    }
    await deps.verifications.decide(verification.id, { outcome: 'blocked' }, now, verification.attemptId);
    return 'moved';
  }

  /** Undefined: there is none. Null: nobody can say. */
  async function search(verification: InDoubt): Promise<string | undefined | null> {
    const { phoneNumber: to, lineNumber: from } = verification;
    try {
      const since = later(verification.dialedAt, -CLOCK_SLACK_MS);
      const [first] = await deps.lost.unclaimed(to, await deps.finder.find({ to, from, since }));
      if (first === undefined) return undefined;
      // Two in doubt about one number: whose call it is, only its webhooks can tell.
      if ((await deps.lost.countInDoubt(to, from)) > 1) return null;
      return first;
    } catch (error) {
      if (error instanceof ProviderError) return null;
      throw error;
    }
  }

  async function lookAgain(verification: InDoubt, now: Date): Promise<StepResult> {
    const hopeless = later(verification.expiresAt, deps.graceMs);
    if (now >= hopeless) return giveUp(verification, 'networkUnreachable', now);
    return lookAgainAt(deps.verifications, verification, later(now, deps.timeouts.watchMs));
  }

  /** Only while nobody has heard of the call: a webhook may have come during the search. */
  async function giveUp({ id, attemptId }: InDoubt, errorCode: string, now: Date): Promise<StepResult> {
    if ((await deps.verifications.giveUp(id, attemptId, errorCode, now)) === null)
      await deps.attempts.noText(attemptId, errorCode, now);
    return 'moved';
  }
}

function isInDoubt(verification: Verification): verification is InDoubt {
  const { attemptId, lineNumber, dialedAt } = verification;
  return attemptId !== null && lineNumber !== null && dialedAt !== null;
}
