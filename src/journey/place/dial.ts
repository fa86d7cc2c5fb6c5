import { randomUUIDv7 } from 'node:crypto';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { StepResult } from '../job/advance.ts';
import type { Timeouts } from '../ports.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Lines } from './lines.ts';
import { lookAgainAt } from './look-again.ts';
import { giveBack, type PlaceAttempt } from './place-attempt.ts';

/**
 * Dials for a verification that is queued, or whose call was lost, unless the policy has changed since it was checked
 * (`policyVersion`) or the user has been blocked.
 */
export type Dial = (verification: Verification, policyVersion: number) => Promise<StepResult>;

/** What dialing needs. */
export interface DialDeps {
  verifications: Pick<VerificationStore, 'assignSlot' | 'lookAgain'>;
  attempts: Pick<AttemptStore, 'begin' | 'postpone' | 'freePhone'>;
  placeAttempt: PlaceAttempt;
  lines: Lines;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}

/**
 * Waits for the line, records an attempt, and asks the provider for the call at the moment it has reserved. The record
 * comes before the request: whatever is lost afterwards, the attempt's id is in every webhook, and nobody dials again
 * without looking.
 */
export function createDial(deps: DialDeps): Dial {
  return async function dial(verification, policyVersion) {
    const lineNumber =
      verification.lineNumber ?? deps.lines.lineFor(verification.country, verification.channel);
    const startAt = await waitForTheLine(deps, verification, lineNumber);
    if (!startAt) return anotherPlace(deps, verification, lineNumber);
    const startedAt = deps.clock.now();
    const wakeAt = later(startedAt, deps.timeouts.dialGraceMs);
    const attempt = { id: randomUUIDv7(), lineNumber, startedAt, wakeAt };
    const begun = await deps.attempts.begin(verification, attempt, policyVersion);
    if (!begun) return 'moved';
    if (begun === 'onCall') return waitForThePhone(deps, verification);
    const latest = later(wakeAt, -deps.timeouts.requestMs);
    if (!(await keepPace(deps, lineNumber, startAt, latest))) return giveBack(deps, begun);
    return deps.placeAttempt(begun);
  };
}

/**
 * Reserves the call's start, and waits until it can be recorded. Null: the verification has no place, or missed it. A
 * decoy asks nobody for anything, so it needs none.
 */
async function waitForTheLine(
  { lines, pause, clock }: DialDeps,
  { slotAt, decoy }: Verification,
  lineNumber: string,
) {
  if (decoy !== null) return clock.now();
  if (lines.isPaced && slotAt === null) return null;
  const startAt = await lines.reserveStart(lineNumber);
  const waitMs = startAt ? lines.recordsInMs(startAt) : 0;
  if (waitMs > 0) await pause(waitMs);
  return startAt;
}

/** How far away the next start may be for a call that is recorded already, ms: it cannot get another place any more. */
const LONGEST_SECOND_HOLD_MS = 2_000;

/**
 * Waits for the reserved start, to the millisecond, since the provider counts calls when they arrive. A call that
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

/** How long before a phone that is on another call of ours is tried again, ms. */
const PHONE_ON_CALL_MS = 2_000;

/** How long after its verification a call is taken to have ended, if the provider has not told of its end, ms. */
const CALL_OVER_MS = 60_000;

/** Two calls of ours do not ring one phone at once, whoever asked for them. */
async function waitForThePhone({ attempts, verifications, clock }: DialDeps, verification: Verification) {
  const now = clock.now();
  await attempts.freePhone(verification.id, later(now, -CALL_OVER_MS));
  return lookAgainAt(verifications, verification, later(now, PHONE_ON_CALL_MS));
}

/** Its request was accepted long ago, so it waits however long the line is; its expiry still ends it. */
async function anotherPlace(deps: DialDeps, verification: Verification, lineNumber: string) {
  const { tenantId, expiresAt } = verification;
  const slotAt = await deps.lines.takeSlot({ lineNumber, tenantId, furthest: expiresAt });
  await deps.verifications.assignSlot(verification, slotAt ?? expiresAt);
  return 'moved' as const;
}
