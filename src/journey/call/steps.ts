import type { Messages } from '../deliver/messages.ts';
import type { JourneyDeps } from '../deps.ts';
import type { NoteCall } from '../store/call-notes.ts';
import type { CompleteApproved } from '../store/right-answer.ts';
import type { Decided } from '../store/rows.ts';
import type { Stores } from '../store/stores.ts';
import { createAnswerCall } from './answer-call.ts';
import { createFollowCall } from './follow-call.ts';
import { createKnownCalls } from './known-calls.ts';
import { createRecordDigits } from './record-digits.ts';
import { createSpeakNext } from './speak-next.ts';

/** What the webhooks of calls do: the answer, what the person pressed, how far the call has come. */
export function createCallSteps(
  { policyAt, checkPin, timeouts, clock, events }: JourneyDeps,
  { calls, answers }: Stores,
  { spoken: messageOf }: Messages,
  {
    noteCall,
    ...next
  }: {
    noteCall: NoteCall;
    completeNow: (verification: Decided) => void;
    completeApproved: CompleteApproved;
    advanceNow: (verification: { id: string }) => void;
  },
) {
  const { advanceNow } = next;
  const shared = {
    calls,
    known: createKnownCalls(),
    speakNext: createSpeakNext({ policyAt, messageOf }),
    clock,
    events,
  };
  return {
    answerCall: createAnswerCall({ timeouts, ...shared }),
    recordDigits: createRecordDigits({ answers, checkPin, ...next, ...shared }),
    followCall: createFollowCall({ noteCall, advanceNow, timeouts, ...shared }),
  };
}
