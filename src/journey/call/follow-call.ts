import type { Events, VerificationEventName } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { type AnsweredBy, type CallProgress, type CallStatus, ENDED } from '../../providers/port.ts';
import type { Patience, Wake } from '../ports.ts';
import type { LiveCallStore } from '../store/live-calls.ts';
import { graceAfterEnd } from './rules.ts';

/** The event that a callback is logged as, if it says anything new. */
function eventOf(status: CallStatus, moved: boolean): VerificationEventName | null {
  if (ENDED.includes(status)) return 'call.ended';
  if (status === 'ringing') return 'call.ringing';
  if (!moved) return null;
  return status === 'inProgress' ? 'call.answered' : 'call.adopted';
}

/** What following a call needs. */
interface FollowDeps {
  calls: LiveCallStore;
  wake: Wake;
  patience: Patience;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: status callbacks and machine detection. Notes how far the call came; the end of the call wakes the job,
 * which decides what it means. They come twice, late and out of order: a late `ringing` never undoes `answered`.
 */
export function createFollowCall(deps: FollowDeps) {
  return {
    /** A status callback. */
    async progress(attemptId: string, progress: CallProgress): Promise<void> {
      const now = deps.clock.now();
      const change = await deps.calls.progress(
        attemptId,
        progress,
        now,
        later(now, lookInMs(progress.status)),
      );
      const name = change === 'stale' ? null : eventOf(progress.status, change === 'moved');
      const ended = ENDED.includes(progress.status);
      if (name || ended) await tell(attemptId, name, { status: progress.status }, ended);
    },

    /** Machine detection has made up its mind. Only a machine decides anything, and only before any key. */
    async machine(attemptId: string, callId: string, answeredBy: AnsweredBy): Promise<void> {
      if (answeredBy !== 'machine' && answeredBy !== 'fax')
        return deps.calls.answeredBy(attemptId, callId, answeredBy);
      const first = await deps.calls.machineAnswered(attemptId, callId, answeredBy, deps.clock.now());
      await tell(attemptId, first ? 'call.machine' : null, { answeredBy, outcome: 'voicemail' }, true);
    },
  };

  /** When the verification should be looked at again, ms from now. */
  function lookInMs(status: CallStatus): number {
    return ENDED.includes(status) ? graceAfterEnd(status, deps.patience) : 10 * deps.patience.watchMs;
  }

  /**
   * Logs what is new, if anything is, and wakes the job if there is something to decide. A repetition wakes too: the
   * webhook before may have died between noting and waking.
   */
  async function tell(
    attemptId: string,
    name: VerificationEventName | null,
    details: Record<string, string>,
    wakes: boolean,
  ): Promise<void> {
    const call = await deps.calls.read(attemptId);
    if (!call) return;
    const { verificationId } = call;
    if (name) deps.events.emit(name, { verificationId, attemptId, ...details });
    if (wakes && call.state !== 'finished') deps.wake(verificationId);
  }
}
