import type { Events, VerificationEventName } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sender } from '../../providers/port.ts';
import type { TextProgress, TextStatus } from '../../providers/text-port.ts';
import type { Decided } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';

/** Notes how far a text has come. */
export type FollowText = (attemptId: string, progress: TextProgress, sender: Sender) => Promise<void>;

const EVENTS: Partial<Record<TextStatus, VerificationEventName>> = {
  delivered: 'text.delivered',
  undelivered: 'text.undelivered',
  failed: 'text.undelivered',
};

/** Trigger: status callbacks of a text. They come twice, late and out of order; `sent` without `delivered` is normal. */
export function createFollowText(deps: {
  texts: Pick<TextStore, 'progress'>;
  completeNow: (verification: Decided) => void;
  clock: Clock;
  events: Events;
}): FollowText {
  return async function followText(attemptId, progress, sender) {
    const noted = await deps.texts.progress(attemptId, progress, sender, deps.clock.now());
    if (!noted) return;
    const { status, errorCode, alarm } = progress;
    const name = EVENTS[status];
    const why = errorCode === null ? {} : { errorCode };
    if (name) deps.events.emit(name, { verificationId: noted.id, attemptId, status, ...why, alarm });
    if (noted.state === 'decided') deps.completeNow(noted);
  };
}
