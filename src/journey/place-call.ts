import { ServiceError } from '../errors.ts';
import { type Clock, later } from '../platform/clock.ts';
import { type Step, type StepResult, waitUntil } from './advance.ts';
import type { Lines } from './lines.ts';
import type { Outcome } from './outcomes.ts';
import type { RulesOf } from './ports.ts';
import type { DialSlotStore } from './store/dial-slots.ts';
import type { Verification } from './store/rows.ts';
import type { VerificationStore } from './store/verifications.ts';

/** How long a process that is stopping leaves a queued verification to others, ms. */
const LEAVE_MS = 2_000;

/**
 * State `queued`. Not yet due: waits. Too late: expired. No longer allowed: blocked. Without a place on its line (it
 * gave it up for a first call that came to nothing): takes one. Otherwise dials.
 * A process that is stopping leaves it to another one.
 */
export function createPlaceCall(deps: {
  verifications: VerificationStore;
  rulesOf: RulesOf;
  dial: Step;
  lines: Lines;
  slots: DialSlotStore;
  /** Throws `user.blocked` when the user may not be verified. */
  assertNotBlocked: (user: { tenantId: string; userId: string }) => Promise<void>;
  isStopping: () => boolean;
  clock: Clock;
}): Step {
  return async function placeCall(verification) {
    const now = deps.clock.now();
    if (verification.expiresAt <= now) return decide(verification, 'expired', now);
    if (verification.wakeAt > now) return waitUntil(verification.wakeAt);
    if (deps.isStopping()) return { kind: 'leave', until: later(now, LEAVE_MS) };
    if (!(await isAllowed(verification))) return decide(verification, 'blocked', now);
    if (deps.lines.isPaced && verification.slotAt === null) return takeSlot(verification);
    return deps.dial(verification);
  };

  async function decide(verification: Verification, outcome: Outcome, now: Date) {
    await deps.verifications.decide(verification.id, { outcome }, now);
    return 'moved' as const;
  }

  /** Its first call was accepted long ago, so it waits however long the line is; its expiry still ends it. */
  async function takeSlot({
    id,
    tenantId,
    country,
    lineNumber,
    expiresAt,
  }: Verification): Promise<StepResult> {
    const line = lineNumber ?? deps.lines.lineFor(country);
    const patienceMs = expiresAt.getTime() - deps.clock.now().getTime();
    const slotAt = await deps.lines.takeSlot({ lineNumber: line, tenantId, patienceMs }).catch(nullIfBusy);
    await deps.slots.assign(id, slotAt ?? expiresAt);
    return 'moved';
  }

  /** The policy may have changed since the request, and the user may have been blocked. */
  async function isAllowed(verification: Verification): Promise<boolean> {
    const rules = await deps.rulesOf(verification.tenantId);
    try {
      rules.understandNumber({ number: verification.phoneNumber });
      await deps.assertNotBlocked(verification);
    } catch (error) {
      if (error instanceof ServiceError) return false;
      throw error;
    }
    return rules.officePhone.allowed;
  }
}

function nullIfBusy(error: unknown): null {
  if (error instanceof ServiceError && error.code === 'line.tooBusy') return null;
  throw error;
}
