import { maskNumber } from '../../domain/mask-number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Extension } from '../../providers/dialogue.ts';
import { mayTryAnotherLine } from '../../providers/failover.ts';
import {
  type PlaceCallResult,
  type PlacedCall,
  ProviderError,
  type Providers,
} from '../../providers/port.ts';
import { type StepResult, watchUntil } from '../job/advance.ts';
import type { PolicyAt, Timeouts } from '../ports.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { NoteCall } from '../store/call-notes.ts';
import type { Placing } from '../store/rows.ts';
import type { Lines } from './lines.ts';

/** The longest pause between two tries to place a call, ms. */
const LONGEST_RETRY_MS = 60_000;

/** Addresses that the provider calls back for one attempt. */
export type CallAddresses = (call: { attemptId: string; locale: string }) => {
  answer: string;
  fallback: string;
  status: string;
  machine: string;
};

/** Asks the provider for the call of an attempt that has just begun, and notes what it said. */
export type PlaceAttempt = (attempt: Placing) => Promise<StepResult>;

/** What placing needs. */
interface PlaceDeps {
  attempts: Pick<AttemptStore, 'refuse' | 'postpone' | 'nameLateCall'>;
  noteCall: NoteCall;
  lines: Pick<Lines, 'lineAfter' | 'lineFor'>;
  providers: Pick<Providers, 'placeCall' | 'endCall'>;
  addresses: CallAddresses;
  policyAt: PolicyAt;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}

/** The attempt is recorded, with its id in every webhook address; this asks for the call. */
export function createPlaceAttempt(deps: PlaceDeps): PlaceAttempt {
  return async function placeAttempt(verification) {
    const {
      id: verificationId,
      attemptId,
      attempts,
      phoneNumber,
      country,
      lineNumber,
      extension,
    } = verification;
    if (attemptId === null || lineNumber === null)
      throw new Error(`verification ${verificationId} has no attempt to place; the registry was edited`);
    deps.events.emit('call.dialing', { verificationId, attemptId, attempt: attempts });
    // A process that stood still until now may not be the only one that dials.
    if (deps.clock.now() > later(verification.wakeAt, -deps.timeouts.requestMs))
      return giveBack(deps, verification);
    const policy = await deps.policyAt(verification.tenantId, verification.policyNow);
    const result = await deps.providers.placeCall({
      attemptId,
      to: phoneNumber,
      from: lineNumber,
      webhooks: deps.addresses({ attemptId, locale: verification.locale }),
      ringTimeoutS: policy.ringTimeoutS,
      timeLimitS: policy.callTimeLimitS,
      detectMachine: policy.machineDetection && extension === null,
      sendDigits: tonesFor(verification),
    });
    return note(
      deps,
      { verificationId, attemptId, country, lineNumber, number: attempts, wakeAt: verification.wakeAt },
      policy,
      result,
    );
  };
}

/** The error code of an attempt that could not start in time: the provider was not asked. */
export const START_MISSED = 'startMissed';

/** Nothing was asked of the provider, so the verification may be dialed again, in another place. */
export async function giveBack(
  { attempts, clock, events }: { attempts: Pick<AttemptStore, 'postpone'>; clock: Clock; events: Events },
  { id: verificationId, attemptId }: Pick<Placing, 'id' | 'attemptId'>,
): Promise<StepResult> {
  const now = clock.now();
  const errorCode = START_MISSED;
  if (attemptId !== null && (await attempts.postpone(attemptId, errorCode, now, now)))
    events.emit('call.postponed', { verificationId, attemptId, errorCode });
  return 'moved';
}

function tonesFor({ extension, pauseBeforeS, pauseAfterS }: Placing): Extension | null {
  if (extension === null) return null;
  return { pauseBeforeS: pauseBeforeS ?? 0, digits: extension, pauseAfterS: pauseAfterS ?? 0 };
}

/** The attempt that was placed. */
interface Placed {
  verificationId: string;
  attemptId: string;
  country: string;
  lineNumber: string;
  /** 1 for the first attempt. */
  number: number;
  /** Until then nobody looks for the call. */
  wakeAt: Date;
}

function note(
  deps: PlaceDeps,
  call: Placed,
  policy: TenantPolicy,
  result: PlaceCallResult,
): Promise<StepResult> {
  const other = mayTryAnotherLine(result) ? deps.lines.lineAfter(call.country, call.lineNumber) : null;
  switch (result.kind) {
    case 'accepted':
      return accepted(deps, call, policy, result.callId);
    case 'refused':
      return other === null
        ? refused(deps, call, result)
        : putOff(deps, call, result, { line: other, pauseMs: 0 });
    case 'tryLater': {
      const pauseMs = Math.min(LONGEST_RETRY_MS, deps.timeouts.retryMs * 2 ** (call.number - 1));
      const next =
        other === null ? { line: deps.lines.lineFor(call.country), pauseMs } : { line: other, pauseMs: 0 };
      return putOff(deps, call, result, next);
    }
    case 'unknown':
      return lost(deps, call, result.errorCode);
  }
}

async function accepted(
  deps: PlaceDeps,
  { verificationId, attemptId, lineNumber }: Placed,
  { ringTimeoutS }: TenantPolicy,
  callId: string,
): Promise<StepResult> {
  const at = deps.clock.now();
  const wakeAt = later(at, ringTimeoutS * 1000 + deps.timeouts.watchMs);
  const noted = await deps.noteCall({ attemptId, callId, progress: null, at, wakeAt });
  deps.events.emit('call.placed', { verificationId, attemptId });
  if (noted === null || noted.state === 'finished')
    await endUnwanted(deps, verificationId, attemptId, { callId, lineNumber });
  // Whoever decided could not end a call that was not known yet.
  const isOnCall = noted?.state === 'ringing' || noted?.state === 'answered';
  return isOnCall ? watchUntil(noted.wakeAt) : 'moved';
}

async function refused(
  deps: PlaceDeps,
  { verificationId, attemptId }: Placed,
  { outcome, errorCode, alarm }: Extract<PlaceCallResult, { kind: 'refused' }>,
): Promise<StepResult> {
  await deps.attempts.refuse(attemptId, { outcome, errorCode }, deps.clock.now());
  deps.events.emit('call.refused', { verificationId, attemptId, outcome, errorCode, alarm });
  return 'moved';
}

/** There is no call, so the next attempt may go out: later from the preferred line, or at once from another provider's. */
async function putOff(
  deps: PlaceDeps,
  { verificationId, attemptId, lineNumber }: Placed,
  { errorCode, alarm }: { errorCode: string; alarm: boolean },
  next: { line: string; pauseMs: number },
): Promise<StepResult> {
  const now = deps.clock.now();
  const { line, pauseMs } = next;
  await deps.attempts.postpone(attemptId, errorCode, now, later(now, pauseMs), line);
  const nextLine = line === lineNumber ? {} : { nextLine: maskNumber(line) };
  deps.events.emit('call.postponed', { verificationId, attemptId, errorCode, alarm, pauseMs, ...nextLine });
  return 'moved';
}

async function lost(deps: PlaceDeps, { verificationId, attemptId, wakeAt }: Placed, errorCode: string) {
  deps.events.emit('call.lost', { verificationId, attemptId, errorCode });
  return watchUntil(wakeAt);
}

/**
 * Ends a call that must not ring on, since the verification was dialed again or finished while the provider was asked, and
 * keeps its name.
 */
export async function endUnwanted(
  deps: {
    attempts: Pick<AttemptStore, 'nameLateCall'>;
    providers: Pick<Providers, 'endCall'>;
    events: Events;
  },
  verificationId: string,
  attemptId: string,
  call: PlacedCall,
): Promise<void> {
  await deps.attempts.nameLateCall(attemptId, call.callId);
  await deps.providers.endCall(call).catch((error: unknown) => {
    if (!(error instanceof ProviderError)) throw error;
    deps.events.emit('call.lost', { verificationId, attemptId, errorCode: error.errorCode });
  });
}
