import { randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Events } from '../events.ts';
import { type Clock, later } from '../platform/clock.ts';
import type { Extension } from '../providers/dialogue.ts';
import { type PlaceCallResult, type PlacedCall, ProviderError, type Providers } from '../providers/port.ts';
import { type StepResult, waitUntil } from './advance.ts';
import type { Lines } from './lines.ts';
import type { Patience, RulesOf } from './ports.ts';
import type { CallAttemptStore } from './store/call-attempts.ts';
import type { DialSlotStore } from './store/dial-slots.ts';
import type { Verification } from './store/rows.ts';
import type { VerificationStore } from './store/verifications.ts';

/** The longest pause between two tries to place a call, ms. */
const LONGEST_RETRY_MS = 60_000;

/** Addresses that the phone network calls back for one attempt. */
export type CallAddresses = (call: { attemptId: string; locale: string }) => {
  answer: string;
  fallback: string;
  status: string;
  machine: string;
};

/** What dialling needs. */
export interface DialDeps {
  verifications: VerificationStore;
  attempts: CallAttemptStore;
  network: Pick<Providers, 'placeCall' | 'findCalls' | 'endCall'>;
  addresses: CallAddresses;
  rulesOf: RulesOf;
  lines: Lines;
  slots: DialSlotStore;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  patience: Patience;
  clock: Clock;
  events: Events;
}

/**
 * Waits for the line, records an attempt, asks the network for the call at the moment it has reserved, and notes what
 * it said. The record comes before the request: whatever is lost afterwards, the attempt's id is in every webhook,
 * and nobody dials again without looking.
 */
export function createDial(deps: DialDeps) {
  return async function dial(verification: Verification): Promise<StepResult> {
    const lineNumber = verification.lineNumber ?? deps.lines.lineFor(verification.country);
    const rules = await deps.rulesOf(verification.tenantId);
    const startAt = await waitForTheLine(deps, verification, lineNumber);
    if (!startAt) return anotherPlace(deps, verification, lineNumber);
    const attempt = await record(deps, verification, lineNumber);
    if (!attempt) return 'moved';
    if (!(await keepPace(deps, lineNumber, startAt, attempt.requestBefore)))
      return giveBack(deps, verification.id, attempt.id);
    const result = await deps.network.placeCall({
      attemptId: attempt.id,
      to: verification.phoneNumber,
      from: lineNumber,
      webhooks: deps.addresses({ attemptId: attempt.id, locale: verification.locale }),
      ringTimeoutS: rules.ringTimeoutS,
      timeLimitS: rules.callTimeLimitS,
      detectMachine: rules.machineDetection && verification.extension === null,
      sendDigits: tonesFor(verification),
    });
    const rings = later(deps.clock.now(), rules.ringTimeoutS * 1000 + deps.patience.watchMs);
    await note(
      deps,
      { verificationId: verification.id, attemptId: attempt.id, lineNumber, number: attempt.number, rings },
      result,
    );
    return result.kind === 'unknown' ? waitUntil(attempt.graceEnds) : 'moved';
  };
}

function tonesFor({ extension, pauseBeforeS, pauseAfterS }: Verification): Extension | null {
  if (extension === null) return null;
  return { pauseBeforeS: pauseBeforeS ?? 0, digits: extension, pauseAfterS: pauseAfterS ?? 0 };
}

/** Reserves the call's start, and waits until it can be recorded. Null: the verification has no place, or missed it. */
async function waitForTheLine({ lines, pause }: DialDeps, { slotAt }: Verification, lineNumber: string) {
  if (lines.isPaced && slotAt === null) return null;
  const startAt = await lines.reserveStart(lineNumber);
  const waitMs = startAt ? lines.recordsInMs(startAt) : 0;
  if (waitMs > 0) await pause(waitMs);
  return startAt;
}

/** How far away the next start may be for a call that is recorded already, ms: it cannot get another place any more. */
const LONGEST_SECOND_HOLD_MS = 2_000;

/**
 * Waits for the reserved start, to the millisecond, since the network counts calls when they arrive. A call that
 * missed its start reserves another. False: it may not be asked for any more; a process that stood still until now
 * may not be the only one that dials.
 */
async function keepPace({ lines, pause, clock }: DialDeps, lineNumber: string, first: Date, latest: Date) {
  for (let startAt: Date | null = first; startAt; ) {
    const waitMs = startAt.getTime() - clock.now().getTime();
    if (waitMs > 0) await pause(waitMs);
    if (clock.now() > latest) return false;
    if (!lines.hasMissed(startAt)) return true;
    startAt = await lines.reserveStart(lineNumber, LONGEST_SECOND_HOLD_MS);
  }
  return false;
}

/** Nothing was asked of the network, so the verification may be dialled again, in another place. */
async function giveBack({ attempts, clock, events }: DialDeps, verificationId: string, attemptId: string) {
  const now = clock.now();
  const errorCode = 'startMissed';
  if (await attempts.postpone(attemptId, errorCode, now, now))
    events.emit('call.postponed', { verificationId, attemptId, errorCode });
  return 'moved' as const;
}

/** Its request was accepted long ago, so it waits however long the line is; its expiry still ends it. */
async function anotherPlace(
  deps: DialDeps,
  verification: Verification,
  lineNumber: string,
): Promise<StepResult> {
  const { tenantId, expiresAt } = verification;
  const patienceMs = expiresAt.getTime() - deps.clock.now().getTime();
  const slotAt = await deps.lines.takeSlot({ lineNumber, tenantId, patienceMs }).catch(nullIfBusy);
  await deps.slots.assign(verification, slotAt ?? expiresAt);
  return 'moved';
}

function nullIfBusy(error: unknown): null {
  if (error instanceof ServiceError && error.code === 'line.tooBusy') return null;
  throw error;
}

async function record(deps: DialDeps, verification: Verification, lineNumber: string) {
  const id = randomUUID();
  const startedAt = deps.clock.now();
  const { dialGraceMs, requestMs } = deps.patience;
  const graceEnds = later(startedAt, dialGraceMs);
  const number = await deps.attempts.begin(verification, { id, lineNumber, startedAt, wakeAt: graceEnds });
  if (number === null) return null;
  deps.events.emit('call.dialing', { verificationId: verification.id, attemptId: id, attempt: number });
  return { id, number, graceEnds, requestBefore: later(graceEnds, -requestMs) };
}

async function note(
  deps: DialDeps,
  call: { verificationId: string; attemptId: string; lineNumber: string; number: number; rings: Date },
  result: PlaceCallResult,
): Promise<void> {
  const { verificationId, attemptId } = call;
  const now = deps.clock.now();
  switch (result.kind) {
    case 'accepted':
      await deps.attempts.accept(attemptId, result.callId, call.rings);
      deps.events.emit('call.placed', { verificationId, attemptId });
      await endIfNotWanted(deps, verificationId, attemptId, {
        callId: result.callId,
        lineNumber: call.lineNumber,
      });
      return;
    case 'refused': {
      const { outcome, errorCode, alarm } = result;
      await deps.attempts.close(attemptId, { errorCode }, now);
      await deps.verifications.decide(verificationId, { outcome, errorCode }, now, attemptId);
      deps.events.emit('call.refused', { verificationId, attemptId, outcome, errorCode, alarm });
      return;
    }
    case 'tryLater': {
      const pauseMs = Math.min(LONGEST_RETRY_MS, deps.patience.retryMs * 2 ** (call.number - 1));
      const { errorCode, alarm } = result;
      await deps.attempts.postpone(attemptId, errorCode, now, later(now, pauseMs));
      deps.events.emit('call.postponed', { verificationId, attemptId, errorCode, alarm, pauseMs });
      return;
    }
    case 'unknown':
      deps.events.emit('call.lost', { verificationId, attemptId, errorCode: result.errorCode });
  }
}

/** While the network was asked, somebody may have dialled again or finished: then this call must not ring on. */
async function endIfNotWanted(deps: DialDeps, verificationId: string, attemptId: string, call: PlacedCall) {
  const verification = await deps.verifications.read(verificationId);
  if (verification?.attemptId === attemptId && verification.state !== 'finished') return;
  await deps.network.endCall(call).catch((error: unknown) => {
    if (!(error instanceof ProviderError)) throw error;
    deps.events.emit('call.lost', { verificationId, attemptId, errorCode: error.errorCode });
  });
}
