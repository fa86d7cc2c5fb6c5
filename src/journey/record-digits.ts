import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Wake } from './ports.ts';
import { ASKED_IN_ALL, meaningOf, silencesInAll } from './rules.ts';
import type { SpeakNext, Spoken } from './speak-next.ts';
import type { Answered, LiveCallStore } from './store/live-calls.ts';

/**
 * Trigger: the person pressed a key, or let the question pass. `#` → decided as approved. Another key asks again,
 * and the third in all → decided as wrongDigits. Silence repeats, and the third in all (behind a
 * switchboard the eighth) → decided as noInput.
 * Answers to a question that is no longer open, or was answered already, change nothing.
 */
export function createRecordDigits(deps: {
  calls: LiveCallStore;
  speakNext: SpeakNext;
  wake: Wake;
  clock: Clock;
  events: Events;
}) {
  /** @param digits what was pressed, or null for silence */
  return async function recordDigits(answer: Answered, digits: string | null): Promise<Spoken> {
    const meaning = meaningOf(digits);
    const first = await record(answer, meaning);
    const call = await deps.calls.read(answer.attemptId);
    if (first && call) {
      const { verificationId } = call;
      const { attemptId } = answer;
      deps.events.emit(meaning === 'silence' ? 'call.silence' : 'call.key', {
        verificationId,
        attemptId,
        meaning,
      });
      if (call.outcome !== null)
        deps.events.emit('verification.decided', { verificationId, attemptId, outcome: call.outcome });
    }
    // Also when this webhook is a repetition: the one before may have died between deciding and waking.
    if (call?.state === 'decided') deps.wake(call.verificationId);
    return deps.speakNext(call, answer.callId);
  };

  async function record(answer: Answered, meaning: ReturnType<typeof meaningOf>): Promise<boolean> {
    const now = deps.clock.now();
    if (meaning === 'approve') return deps.calls.approve(answer, now);
    if (meaning === 'wrongKey') return deps.calls.wrongKey(answer, ASKED_IN_ALL, now);
    const call = await deps.calls.read(answer.attemptId);
    return call !== null && deps.calls.silence(answer, silencesInAll(call), now);
  }
}
