import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Timeouts } from '../ports.ts';
import type { CallSide, LiveCallStore } from '../store/live-calls.ts';
import type { KnownCalls } from './known-calls.ts';
import type { SpeakNext, Spoken } from './speak-next.ts';

/**
 * Trigger: the provider fetches what to play, because somebody or something picked up. `dialing` or `ringing` →
 * `answered`; plays the question of the present round, so that a repeated fetch changes nothing.
 */
export function createAnswerCall(deps: {
  calls: Pick<LiveCallStore, 'read' | 'answered'>;
  known: Pick<KnownCalls, 'keep'>;
  speakNext: SpeakNext;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}) {
  return async function answerCall(answer: CallSide): Promise<Spoken> {
    const { attemptId, callId, sender } = answer;
    const now = deps.clock.now();
    const wakeAt = later(now, deps.timeouts.answerMs);
    const answered = await deps.calls.answered({ ...answer, now, wakeAt });
    if (answered) deps.known.keep(attemptId, answered);
    if (answered) deps.events.emit('call.answered', { verificationId: answered.id, attemptId });
    return deps.speakNext(answered ?? (await deps.calls.read(attemptId, sender)), callId);
  };
}
