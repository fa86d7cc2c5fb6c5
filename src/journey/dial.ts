import { randomUUID } from 'node:crypto';
import type { Events } from '../events.ts';
import type { PhoneNetwork, PlaceCallResult } from '../phone-network/port.ts';
import { type Clock, later } from '../platform/clock.ts';
import { type StepResult, waitUntil } from './advance.ts';
import type { Lines } from './lines.ts';
import type { Patience, RulesOf } from './ports.ts';
import type { CallAttemptStore } from './store/call-attempts.ts';
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
  network: PhoneNetwork;
  addresses: CallAddresses;
  rulesOf: RulesOf;
  lines: Lines;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  patience: Patience;
  clock: Clock;
  events: Events;
}

/**
 * Records an attempt, then asks the network for the call, then notes what it said. The record comes first: whatever
 * is lost afterwards, the attempt's id is in every webhook, and nobody dials again without looking.
 */
export function createDial(deps: DialDeps) {
  return async function dial(verification: Verification): Promise<StepResult> {
    const attempt = await record(deps, verification);
    if (!attempt) return 'moved';
    const rules = await deps.rulesOf(verification.tenantId);
    await deps.pause(await deps.lines.holdBackMs(attempt.lineNumber));
    const result = await deps.network.placeCall({
      attemptId: attempt.id,
      to: verification.phoneNumber,
      from: attempt.lineNumber,
      webhooks: deps.addresses({ attemptId: attempt.id, locale: verification.locale }),
      ringTimeoutS: rules.ringTimeoutS,
      timeLimitS: rules.callTimeLimitS,
      detectMachine: rules.machineDetection,
    });
    const rings = later(deps.clock.now(), rules.ringTimeoutS * 1000 + deps.patience.watchMs);
    await note(
      deps,
      { verificationId: verification.id, attemptId: attempt.id, number: attempt.number, rings },
      result,
    );
    return result.kind === 'unknown' ? waitUntil(attempt.graceEnds) : 'moved';
  };
}

async function record(deps: DialDeps, verification: Verification) {
  const id = randomUUID();
  const startedAt = deps.clock.now();
  const graceEnds = later(startedAt, deps.patience.dialGraceMs);
  const lineNumber = verification.lineNumber ?? deps.lines.lineFor(verification.country);
  const number = await deps.attempts.begin(verification, {
    id,
    lineNumber,
    startedAt,
    wakeAt: graceEnds,
  });
  if (number === null) return null;
  deps.events.emit('call.dialing', { verificationId: verification.id, attemptId: id, attempt: number });
  return { id, number, lineNumber, graceEnds };
}

async function note(
  deps: DialDeps,
  call: { verificationId: string; attemptId: string; number: number; rings: Date },
  result: PlaceCallResult,
): Promise<void> {
  const { verificationId, attemptId } = call;
  const now = deps.clock.now();
  switch (result.kind) {
    case 'accepted':
      await deps.attempts.accept(attemptId, result.callId, call.rings);
      deps.events.emit('call.placed', { verificationId, attemptId });
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
