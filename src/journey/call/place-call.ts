import { randomUUIDv7 } from 'node:crypto';
import { type Clock, later } from '../../platform/clock.ts';
import { leaveToOthers, type Step, waitUntil } from '../job/advance.ts';
import { mayStillCall } from '../request/checks.ts';
import type { LookUp } from '../request/look-up.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { ReadFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import type { Decision, VerificationStore } from '../store/verifications.ts';
import type { Dial } from './dial.ts';
import type { Lines } from './lines.ts';
import type { PlaceAttempt } from './place-attempt.ts';

/**
 * State `queued`. Not yet due: waits. Too late: expired, or a provider error if the provider had taken no call until
 * then. No longer allowed: blocked. Otherwise dials.
 * A process that is stopping leaves it to another one.
 */
export function createPlaceCall(deps: {
  verifications: Pick<VerificationStore, 'decide'>;
  readFacts: ReadFacts;
  lookUp: LookUp;
  dial: Dial;
  /** Resolves when one more call may be placed. */
  roomForCall: () => Promise<void>;
  isStopping: () => boolean;
  clock: Clock;
}): Step {
  return async function placeCall(verification) {
    const now = deps.clock.now();
    if (verification.expiresAt <= now) return expire(verification, now);
    if (verification.wakeAt > now) return waitUntil(verification.wakeAt);
    if (deps.isStopping()) return leaveToOthers(now);
    if (!(await mayStill(verification, now))) return decide(verification, { outcome: 'blocked' }, now);
    await deps.roomForCall();
    return deps.isStopping() ? leaveToOthers(deps.clock.now()) : deps.dial(verification);
  };

  /** An attempt that was put off carries the reason of the provider. */
  function expire(verification: Verification, now: Date) {
    const errorCode = verification.callError;
    const outcome = errorCode === null ? 'expired' : 'providerError';
    return decide(verification, { outcome, errorCode }, now);
  }

  async function decide(verification: Verification, decision: Decision, now: Date) {
    await deps.verifications.decide(verification.id, decision, now);
    return 'moved' as const;
  }

  /** The policy may have changed since the request, and the user may have been blocked. */
  async function mayStill(verification: Verification, now: Date): Promise<boolean> {
    const facts = await deps.readFacts.ofUser(verification, now);
    return facts !== null && mayStillCall(await deps.lookUp.forCall(verification, facts));
  }
}

/**
 * The same for a verification that was just taken from the queue, without a look at its row: one statement begins the
 * attempt if nothing has changed since the request. Null: a look is needed, or its line keeps a pace.
 */
export function createPlaceUnseen(deps: {
  attempts: Pick<AttemptStore, 'beginUnseen'>;
  lines: Pick<Lines, 'isPaced'>;
  placeAttempt: PlaceAttempt;
  /** Resolves when one more call may be placed. */
  roomForCall: () => Promise<void>;
  timeouts: { dialGraceMs: number };
  isStopping: () => boolean;
  clock: Clock;
}) {
  return async function placeUnseen(verificationId: string) {
    if (deps.lines.isPaced) return null;
    await deps.roomForCall();
    if (deps.isStopping()) return null;
    const startedAt = deps.clock.now();
    const wakeAt = later(startedAt, deps.timeouts.dialGraceMs);
    const begun = await deps.attempts.beginUnseen(verificationId, { id: randomUUIDv7(), startedAt, wakeAt });
    return begun && deps.placeAttempt(begun);
  };
}
