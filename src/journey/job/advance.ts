import type { Logger } from '../../log.ts';
import { later } from '../../platform/clock.ts';
import type { State } from '../states.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';

/**
 * What a step leaves to do. `moved`: the row has changed, look at it again. `wait`: nothing before that instant,
 * unless the row says otherwise. `leave`: nothing that this process may do; another may.
 */
export type StepResult = 'moved' | Wait;

/** Nothing to do before `until`. */
interface Wait {
  kind: 'wait' | 'leave';
  until: Date;
  /** There is a call now, so the registry watches over it, whatever becomes of its job. */
  live?: true;
  /** The row was written a moment ago and says so. */
  written?: true;
}

/** One step of the journey: does the next thing for a verification in the state it is for. */
export type Step = (verification: Verification) => Promise<StepResult>;

/** The step for each state that a verification of a channel may be in, but `finished`. */
export type Steps = Partial<Record<Exclude<State, 'finished'>, Step>>;

/** What is to be done next; `live`: the registry watches over it, whatever becomes of its job. */
export type Next =
  | { kind: 'finished'; outcome: string | null }
  | (Omit<Wait, 'live'> & { live: boolean; seen: Pick<Verification, 'state' | 'wakeAt'> | null });

/** Moves a verification on until there is nothing to do now. */
export type Advance = (verificationId: string) => Promise<Next>;

/** The answer of a step that waits. */
export function waitUntil(until: Date): StepResult {
  return { kind: 'wait', until };
}

/** The step for `queued` outside of a job: its job places the call, which may have to wait for room. */
export const leaveToJob: Step = async ({ wakeAt }) => waitUntil(wakeAt);

/** The answer of a step that has placed a call, or may have. */
export function watchUntil(until: Date): StepResult {
  return { kind: 'wait', until, live: true };
}

/** How long a process that is stopping leaves a verification to others, ms. */
const LEAVE_MS = 2_000;

/** The answer of a step that must not place a call any more, since its process is stopping. */
export function leaveToOthers(now: Date): StepResult {
  return { kind: 'leave', until: later(now, LEAVE_MS) };
}

/** More steps in a row than any verification takes; beyond it there must be an endless loop. */
const MOST_STEPS = 20;

/**
 * Reads the row, does the next thing, and again, until there is nothing to do now. Safe to run twice at once: every
 * step is a guarded update.
 */
export function createAdvance(deps: {
  verifications: Pick<VerificationStore, 'read'>;
  /** The steps for a verification's channel. */
  stepsFor: (verification: Verification) => Steps;
  log: Logger;
}): Advance {
  return async function advance(verificationId) {
    for (let count = 0; count < MOST_STEPS; count += 1) {
      const next = await takeStep(verificationId);
      if (next !== 'moved') return next;
    }
    throw new Error(
      `verification ${verificationId} changed state ${MOST_STEPS} times in a row; looking again later`,
    );
  };

  async function takeStep(verificationId: string): Promise<Next | 'moved'> {
    const verification = await deps.verifications.read(verificationId);
    if (!verification) {
      deps.log.warn(
        { verificationId },
        'a job names a verification that is not in the registry; the job is completed without effect',
      );
      return { kind: 'finished', outcome: null };
    }
    const { state } = verification;
    if (state === 'finished') return { kind: 'finished', outcome: verification.outcome };
    const step = deps.stepsFor(verification)[state];
    if (!step)
      throw new Error(
        `verification ${verificationId} is ${state}, which its channel ${verification.channel} never is; the registry was edited`,
      );
    const result = await step(verification);
    return result === 'moved' ? result : { live: verification.live, ...result, seen: verification };
  }
}

/** Moves on a verification that was just taken from the queue: without a look at its row, if one is not needed. */
export function createAdvanceQueued(deps: {
  placeUnseen: (verificationId: string) => Promise<StepResult | null>;
  advance: Advance;
}): Advance {
  return async function advanceQueued(verificationId) {
    const result = await deps.placeUnseen(verificationId);
    if (result === null || result === 'moved') return deps.advance(verificationId);
    return { live: false, ...result, seen: null };
  };
}

/** Moves on a verification that no job does: one that goes back to the queue, to be called again, is given a job. */
export function createAdvanceOutsideJob(deps: {
  advance: Advance;
  schedule: (verificationId: string, due: Date) => void;
}): Advance {
  return async function advanceOutsideJob(verificationId) {
    const next = await deps.advance(verificationId);
    if (next.kind !== 'finished' && !next.live) deps.schedule(verificationId, next.until);
    return next;
  };
}
