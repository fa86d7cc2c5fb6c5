import type { Events, VerificationEventName } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import {
  type AnsweredBy,
  type CallProgress,
  type CallStatus,
  ENDED,
  type Sender,
} from '../../providers/port.ts';
import type { Timeouts } from '../ports.ts';
import type { NoteCall } from '../store/call-notes.ts';
import type { CallSide, LiveCallStore } from '../store/live-calls.ts';
import type { LiveCall } from '../store/rows.ts';
import { graceAfterEnd } from './rules.ts';

/** The event that a callback is logged as, if it says anything new. */
function eventOf(status: CallStatus, moved: boolean): VerificationEventName | null {
  if (ENDED.includes(status)) return 'call.ended';
  if (status === 'ringing') return 'call.ringing';
  if (!moved) return null;
  return status === 'inProgress' ? 'call.answered' : 'call.adopted';
}

function toldBy({ status, sipResponseCode }: CallProgress) {
  return { status, ...(sipResponseCode === null ? {} : { sipResponseCode }) };
}

/** What following a call needs. */
interface FollowDeps {
  noteCall: NoteCall;
  calls: Pick<LiveCallStore, 'read' | 'machineAnswered'>;
  /** Moves a verification on in the background. */
  advanceNow: (verification: { id: string }) => void;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: status callbacks and machine detection. Notes how far the call came; when its end leaves something to
 * decide, moves the verification on. They come twice, late and out of order: a late `ringing` never undoes `answered`.
 */
export function createFollowCall(deps: FollowDeps) {
  return {
    /** A status callback. */
    async progress(attemptId: string, progress: CallProgress, sender: Sender): Promise<void> {
      const at = deps.clock.now();
      const wakeAt = later(at, lookInMs(progress.status));
      const noted = await deps.noteCall({ attemptId, callId: progress.callId, progress, sender, at, wakeAt });
      const name = noted && eventOf(progress.status, noted.moved);
      if (noted && name) deps.events.emit(name, { verificationId: noted.id, attemptId, ...toldBy(progress) });
      if (!ENDED.includes(progress.status)) return;
      // A repetition counts too: the process that noted the first may have died before moving it on.
      await moveOn(noted ?? (await deps.calls.read(attemptId, sender)));
    },

    /** Machine detection has made up its mind. Only a machine decides anything, and only before any key. */
    async machine(call: CallSide, answeredBy: AnsweredBy): Promise<void> {
      const { attemptId, callId, sender } = call;
      const isMachine = answeredBy === 'machine' || answeredBy === 'fax';
      const now = deps.clock.now();
      const decided = isMachine && (await deps.calls.machineAnswered(call, answeredBy, now));
      if (decided) {
        const { id: verificationId } = decided;
        deps.events.emit('call.machine', { verificationId, attemptId, answeredBy, outcome: 'voicemail' });
      }
      const wakeAt = later(now, lookInMs('inProgress'));
      const noted =
        decided ||
        (await deps.noteCall({ attemptId, callId, progress: null, answeredBy, sender, at: now, wakeAt }));
      if (isMachine) await moveOn(noted);
    },
  };

  /** When the verification should be looked at again, ms from now. */
  function lookInMs(status: CallStatus): number {
    return ENDED.includes(status) ? graceAfterEnd(status, deps.timeouts) : 10 * deps.timeouts.watchMs;
  }

  /** What waits for a key that may still be on its way is moved on when it is due. */
  async function moveOn(call: Pick<LiveCall, 'id' | 'state' | 'wakeAt'> | null): Promise<void> {
    if (!call || call.state === 'finished' || call.state === 'queued') return;
    if (call.wakeAt <= deps.clock.now()) deps.advanceNow(call);
  }
}
