import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CheckPin, Wake } from '../ports.ts';
import type { Answered, AnswerStore } from '../store/answers.ts';
import type { LiveCall, LiveCallStore } from '../store/live-calls.ts';
import { ASKED_IN_ALL, type Meaning, meaningOf, silencesInAll } from './rules.ts';
import type { SpeakNext, Spoken } from './speak-next.ts';

/** What recording needs. */
interface RecordDeps {
  calls: Pick<LiveCallStore, 'read'>;
  answers: AnswerStore;
  checkPin: CheckPin;
  speakNext: SpeakNext;
  wake: Wake;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: the person pressed a key or typed digits, or let the question pass. What the challenge asks for → decided
 * as approved. Something else asks again, and the third in all → decided as wrongDigits. Silence repeats, and the
 * third in all (behind a switchboard the eighth) → decided as noInput. `0` asks whether the call is fraud: `#` → decided as fraudReported, anything
 * else goes back. Answers to a question that is no longer open, or was answered already, change nothing.
 */
export function createRecordDigits(deps: RecordDeps) {
  /** @param digits what was pressed, or null for silence; it may be a PIN, so it is told nobody */
  return async function recordDigits(answer: Answered, digits: string | null): Promise<Spoken> {
    const asked = await deps.calls.read(answer.attemptId);
    // What `asked` says of the question holds as long as the round does, and every statement below guards the round.
    const meaning = asked?.round === answer.round ? await finalMeaning(deps, asked, digits) : null;
    const first = asked && meaning ? await write(deps, asked, answer, { meaning, digits }) : false;
    const call = await deps.calls.read(answer.attemptId);
    if (first && call && meaning) tell(deps.events, call, meaning);
    // Also when this webhook is a repetition: the one before may have died between deciding and waking.
    if (call?.state === 'decided') deps.wake(call.verificationId);
    return deps.speakNext(call, answer.callId);
  };
}

/** What an answer means once a PIN has been looked up. */
type FinalMeaning = Exclude<Meaning, 'checkPin'>;

async function finalMeaning(deps: RecordDeps, asked: LiveCall, digits: string | null): Promise<FinalMeaning> {
  const meaning = meaningOf(asked, digits);
  if (meaning !== 'checkPin') return meaning;
  return (await deps.checkPin(asked, digits ?? '')) ? 'approve' : 'wrongKey';
}

/** Says whether this answer was the first to its question. */
function write(
  { answers, clock }: RecordDeps,
  { challenge, extension }: LiveCall,
  answer: Answered,
  { meaning, digits }: { meaning: FinalMeaning; digits: string | null },
): Promise<boolean> {
  const now = clock.now();
  switch (meaning) {
    case 'approve':
      // The digits on the screen are compared once more in the registry; a PIN never gets there.
      return answers.approve(answer, { challenge, digits: challenge === 'numberMatch' ? digits : null }, now);
    case 'wrongKey':
      return answers.wrongKey(answer, ASKED_IN_ALL, now);
    case 'silence':
      return answers.silence(answer, silencesInAll({ extension }), now);
    case 'askFraud':
      return answers.turnTo(answer, 'report-fraud');
    case 'goBack':
      return answers.turnTo(answer, 'ask');
    case 'reportFraud':
      return answers.reportFraud(answer, now);
  }
}

function tell(events: Events, call: LiveCall, meaning: FinalMeaning): void {
  const { verificationId, attemptId, tenantId, outcome } = call;
  events.emit(meaning === 'silence' ? 'call.silence' : 'call.key', { verificationId, attemptId, meaning });
  if (outcome !== null) events.emit('verification.decided', { verificationId, attemptId, outcome });
  if (meaning === 'reportFraud')
    events.emit('verification.fraudReported', { verificationId, attemptId, tenantId, alarm: true });
}
