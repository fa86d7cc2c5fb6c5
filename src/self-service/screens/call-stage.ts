import type { ShownVerification } from '../ports.ts';

/** How far a call is, as people see it. */
export type CallStage = 'inLine' | 'dialling' | 'ringing' | 'answered' | 'checking';

/** The stages in order. */
export const STAGES: readonly CallStage[] = ['inLine', 'dialling', 'ringing', 'answered', 'checking'];

/** The stage of a verification by call that has no outcome but an approval that is being completed. */
export function stageOf({ state, progress, outcome }: ShownVerification): CallStage {
  if (outcome !== null || state === 'decided' || progress === 'keyPressed') return 'checking';
  if (progress === 'answered') return 'answered';
  if (progress === 'ringing') return 'ringing';
  return progress === 'queued' ? 'inLine' : 'dialling';
}

/** When each stage began, as far as it is known. */
function beganAt(stage: CallStage, verification: ShownVerification): Date | null {
  const { createdAt, dialedAt, rangAt, answeredAt, decidedAt } = verification;
  const times = {
    inLine: createdAt,
    dialling: dialedAt,
    ringing: rangAt,
    answered: answeredAt,
    checking: decidedAt,
  };
  return times[stage];
}

/** How long a stage took, or has taken until now, in whole s; null: it is not known. */
export function secondsOf(stage: CallStage, verification: ShownVerification, now: Date): number | null {
  const began = beganAt(stage, verification);
  if (began === null) return null;
  const after = STAGES.slice(STAGES.indexOf(stage) + 1).map((next) => beganAt(next, verification));
  const ended = after.find((time) => time !== null) ?? now;
  return Math.max(0, Math.round((ended.getTime() - began.getTime()) / 1000));
}

/** What the phone is waited for until, and since when; null: nobody waits for anything yet. */
export function deadlineOf(
  verification: ShownVerification,
  { ringTimeoutS, callTimeLimitS }: { ringTimeoutS: number; callTimeLimitS: number },
): { from: Date; until: Date } | null {
  const { answeredAt, rangAt, dialedAt } = verification;
  const from = answeredAt ?? rangAt ?? dialedAt;
  if (from === null) return null;
  const seconds = answeredAt === null ? ringTimeoutS : callTimeLimitS;
  return { from, until: new Date(from.getTime() + seconds * 1000) };
}
