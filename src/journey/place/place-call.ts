import { randomUUIDv7 } from 'node:crypto';
import { type Clock, later } from '../../platform/clock.ts';
import { leaveToOthers, type Step, waitUntil } from '../job/advance.ts';
import type { RoomForCall } from '../job/room-for-calls.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { Verification } from '../store/rows.ts';
import type { Decision, VerificationStore } from '../store/verifications.ts';
import type { CheckAgain } from './check-again.ts';
import type { Dial } from './dial.ts';
import { isTooLate } from './is-too-late.ts';
import type { Lines } from './lines.ts';
import { lookAgainAt } from './look-again.ts';
import { type PlaceAttempt, START_MISSED } from './place-attempt.ts';

/**
 * State `queued`. Not yet due: waits. Too late: expired, or a provider error if the provider had taken no call until
 * then. No longer allowed: blocked. Otherwise dials.
 * A process that is stopping leaves it to another one.
 */
export function createPlaceCall(deps: {
  verifications: Pick<VerificationStore, 'decide' | 'makeDecoy' | 'lookAgain'>;
  checkAgain: CheckAgain;
  dial: Dial;
  roomForCall: RoomForCall;
  isStopping: () => boolean;
  clock: Clock;
}): Step {
  return async function placeCall(verification) {
    const now = deps.clock.now();
    if (verification.expiresAt <= now) return expire(verification, now);
    if (verification.wakeAt > now) return waitUntil(verification.wakeAt);
    if (isTooLate(verification, now))
      return lookAgainAt(deps.verifications, verification, verification.expiresAt);
    if (deps.isStopping()) return leaveToOthers(now);
    if (!(await deps.roomForCall(verification.expiresAt))) return 'moved';
    if (deps.isStopping()) return leaveToOthers(deps.clock.now());
    return checkAndDial(verification, deps.clock.now());
  };

  async function checkAndDial(verification: Verification, now: Date) {
    const allowed = await deps.checkAgain(verification, now);
    if (!allowed) return refuse(verification, deps.clock.now());
    if (allowed.notBefore && allowed.notBefore > now) return putOff(verification, allowed.notBefore);
    return deps.dial(verification, allowed.policyVersion);
  }

  /** Who asked for a sign-in by number may be anybody, and must not be told. */
  async function refuse(verification: Verification, now: Date) {
    if (verification.signIn === null) return decide(verification, { outcome: 'blocked' }, now);
    await deps.verifications.makeDecoy(verification.id, 'notAllowedAnyMore');
    return 'moved' as const;
  }

  /** Calls to the phone that ended meanwhile were not wanted, so this one comes later than it was accepted for. */
  function putOff(verification: Verification, notBefore: Date) {
    const wakeAt = notBefore < verification.expiresAt ? notBefore : verification.expiresAt;
    return lookAgainAt(deps.verifications, verification, wakeAt);
  }

  /** An attempt that was put off carries the reason of the provider, if it was asked. */
  function expire(verification: Verification, now: Date) {
    const { callError, signIn } = verification;
    const errorCode = callError === START_MISSED || signIn !== null ? null : callError;
    const outcome = errorCode === null ? 'expired' : 'providerError';
    return decide(verification, { outcome, errorCode }, now);
  }

  async function decide(verification: Verification, decision: Decision, now: Date) {
    await deps.verifications.decide(verification.id, decision, now);
    return 'moved' as const;
  }
}

/**
 * The same for a verification that was just taken from the queue, without a look at its row: one statement begins the
 * attempt if nothing has changed since the request. Null: a look is needed, or its line keeps a pace. Only the row tells a text,
 * which takes no room, from a call.
 */
export function createPlaceUnseen(deps: {
  attempts: Pick<AttemptStore, 'beginUnseen'>;
  lines: Pick<Lines, 'isPaced'>;
  placeAttempt: PlaceAttempt;
  roomForCall: RoomForCall;
  timeouts: { dialGraceMs: number };
  isStopping: () => boolean;
  clock: Clock;
}) {
  return async function placeUnseen(verificationId: string) {
    if (deps.lines.isPaced) return null;
    const hasRoom = await deps.roomForCall(deps.clock.now());
    if (deps.isStopping()) return null;
    const startedAt = deps.clock.now();
    const wakeAt = later(startedAt, deps.timeouts.dialGraceMs);
    const attempt = { id: randomUUIDv7(), startedAt, wakeAt };
    const begun = await deps.attempts.beginUnseen({ verificationId, attempt, hasRoom });
    return begun === null || begun === 'onCall' ? null : deps.placeAttempt(begun);
  };
}
