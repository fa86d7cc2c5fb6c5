import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Patience, RulesOf } from '../ports.ts';
import type { LiveCallStore } from '../store/live-calls.ts';
import type { SpeakNext, Spoken } from './speak-next.ts';

/**
 * Trigger: the network fetches what to play, because somebody or something picked up. `dialing` or `ringing` →
 * `answered`; plays the question of the present round, so that a repeated fetch changes nothing.
 */
export function createAnswerCall(deps: {
  calls: LiveCallStore;
  speakNext: SpeakNext;
  rulesOf: RulesOf;
  patience: Patience;
  clock: Clock;
  events: Events;
}) {
  return async function answerCall({
    attemptId,
    callId,
  }: {
    attemptId: string;
    callId: string;
  }): Promise<Spoken> {
    const call = await deps.calls.read(attemptId);
    if (!call) return deps.speakNext(null, callId);
    const rules = await deps.rulesOf(call.tenantId);
    const now = deps.clock.now();
    const wakeAt = later(now, rules.callTimeLimitS * 1000 + deps.patience.watchMs);
    if (!(await deps.calls.answered(attemptId, callId, now, wakeAt))) return deps.speakNext(call, callId);
    deps.events.emit('call.answered', { verificationId: call.verificationId, attemptId });
    return deps.speakNext({ ...call, state: 'answered' }, callId);
  };
}
