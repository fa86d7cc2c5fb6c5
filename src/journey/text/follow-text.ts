import type { Events, VerificationEventName } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sender } from '../../providers/port.ts';
import type { TextProgress, TextStatus } from '../../providers/text-port.ts';
import type { EscalateStore } from '../store/escalation.ts';
import type { Decided, Verification } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';
import type { VerificationStore } from '../store/verifications.ts';
import { type Escalate, MENDED_BY_CALL } from './escalate.ts';

/** Notes how far a text has come. */
export type FollowText = (attemptId: string, progress: TextProgress, sender: Sender) => Promise<void>;

const EVENTS: Partial<Record<TextStatus, VerificationEventName>> = {
  delivered: 'text.delivered',
  undelivered: 'text.undelivered',
  failed: 'text.undelivered',
};

/**
 * Trigger: status callbacks of a text. They come twice, late and out of order; `sent` without `delivered` is normal. A text that
 * failed ends the verification, unless a call takes its place.
 */
export function createFollowText(deps: {
  texts: Pick<TextStore, 'note'>;
  verifications: Pick<VerificationStore, 'decide'>;
  escalations: Pick<EscalateStore, 'ofAttempt'>;
  escalate: Escalate;
  /** Sees to it that the job runs when it is due. */
  schedule: (verificationId: string, due: Date) => void;
  completeNow: (verification: Decided) => void;
  clock: Clock;
  events: Events;
}): FollowText {
  return async function followText(attemptId, progress, sender) {
    const { textId, status, errorCode, alarm } = progress;
    const noted =
      (await callInstead(attemptId, progress, sender)) ??
      (await deps.texts.note({ attemptId, textId, progress, sender, at: deps.clock.now() }));
    if (!noted) return;
    const name = EVENTS[status];
    const why = errorCode === null ? {} : { errorCode };
    if (name) deps.events.emit(name, { verificationId: noted.id, attemptId, status, ...why, alarm });
    if (noted.state === 'decided') completeIfDue(noted);
    else if (noted.purpose === 'deliver' && status === 'delivered') await arrived(noted.id, attemptId);
  };

  /** What was decided by somebody else is completed by them: the assertion of a sign-in may not be issued yet. */
  function completeIfDue(noted: Decided & Pick<Verification, 'wakeAt'>): void {
    if (noted.wakeAt <= deps.clock.now()) deps.completeNow(noted);
  }

  /** A message of somebody else has done what it was for. */
  async function arrived(id: string, attemptId: string): Promise<void> {
    const decided = await deps.verifications.decide(id, { outcome: 'approved' }, deps.clock.now(), attemptId);
    if (decided) deps.completeNow(decided);
  }

  /** A call takes the place of a text that a call may make up for. Null: it cannot, or somebody was there first. */
  async function callInstead(attemptId: string, progress: TextProgress, sender: Sender) {
    const { textId, status, outcome, errorCode } = progress;
    if (!MENDED_BY_CALL.includes(outcome)) return null;
    const verification = await deps.escalations.ofAttempt(attemptId);
    if (verification?.channel !== 'sms' || verification.outcome !== null) return null;
    const cause = { kind: 'undelivered', attemptId, textId, status, errorCode, sender } as const;
    const result = await deps.escalate(verification, cause);
    if (result.kind !== 'call') return null;
    deps.schedule(verification.id, result.verification.wakeAt);
    return result.verification;
  }
}
