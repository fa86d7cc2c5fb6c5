import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CheckPin, Question } from '../ports.ts';
import type { Challenge } from '../states.ts';
import type { Answered } from '../store/answered.ts';
import type { AnswerStore } from '../store/answers.ts';
import type { LiveCallStore } from '../store/live-calls.ts';
import type { CompleteApproved } from '../store/right-answer.ts';
import type { Decided, LiveCall } from '../store/rows.ts';
import type { KnownCalls } from './known-calls.ts';
import { ASKED_IN_ALL, isOfMessage, type Meaning, meaningOf, silencesInAll } from './rules.ts';
import type { SpeakNext, Spoken } from './speak-next.ts';

/** What recording needs. */
interface RecordDeps {
  calls: Pick<LiveCallStore, 'read'>;
  answers: AnswerStore;
  known: Pick<KnownCalls, 'take'>;
  completeApproved: CompleteApproved;
  checkPin: CheckPin;
  speakNext: SpeakNext;
  /** Completes a decided verification in the background. */
  completeNow: (verification: Decided) => void;
  /** Moves another verification on in the background. */
  advanceNow: (verification: { id: string }) => void;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: the person pressed a key or typed digits, or let the question pass. What the challenge asks for → finished
 * as approved, or decided as that where it cannot be completed at once. Something else asks again, and the third in
 * all → decided as wrongDigits. Silence repeats, and the third in all (behind a switchboard the eighth) → decided as noInput. `0` asks whether the call is fraud: `#` →
 * decided as fraudReported, anything else goes back, and the third time ends the call, too. Where such calls came before,
 * `9` there → decided as blocked, and the phone is not called any more. Answers to a question that is no longer open, or was answered
 * already, change nothing.
 */
export function createRecordDigits(deps: RecordDeps) {
  /**
   * @param question the question, where the answer's address tells it: then `#` is recorded without a look at the row
   * @param digits what was pressed, or null for silence; it may be a PIN, so it is told nobody
   */
  return async function recordDigits(
    answer: Answered,
    question: Question | null,
    digits: string | null,
  ): Promise<Spoken> {
    const recorded =
      (question && (await recordLikely(deps, answer, question, digits))) ||
      (await recordAny(deps, answer, digits));
    const call = recorded ?? (await deps.calls.read(answer.attemptId, answer.sender));
    // Also when this webhook is a repetition: the process that recorded the first may have died before completing it.
    if (call?.state === 'decided') {
      deps.completeNow(call);
      // The completion leaves for the registry first: making and sending the document would hold it up for longer than it does this.
      await nextTurn();
    }
    return deps.speakNext(call, answer.callId);
  };
}

/**
 * The answer that ends most calls, recorded without a look at the row: `#`, or the digits on the screen. The statement
 * guards the round and the question, and compares the digits. Null: a look is needed.
 */
async function recordLikely(
  deps: RecordDeps,
  answer: Answered,
  { prompt, challenge }: Question,
  digits: string | null,
): Promise<LiveCall | null> {
  const known = deps.known.take(answer.attemptId);
  const meaning = meaningOf({ prompt, challenge, challengeDigits: digits }, digits);
  if (meaning !== 'approve' && meaning !== 'reportFraud' && meaning !== 'stopCalls') return null;
  const recorded =
    meaning === 'approve'
      ? await approve(deps, answer, { challenge, digits }, known)
      : await endWithOthers(deps, answer, meaning);
  if (isUnlogged(recorded)) log(deps.events, answer, recorded, meaning);
  return recorded;
}

async function endWithOthers(
  deps: RecordDeps,
  answer: Answered,
  meaning: 'reportFraud' | 'stopCalls',
): Promise<LiveCall | null> {
  const ended = await deps.answers[meaning](answer, deps.clock.now());
  for (const id of ended?.others ?? []) deps.advanceNow({ id });
  return ended?.call ?? null;
}

async function recordAny(
  deps: RecordDeps,
  answer: Answered,
  digits: string | null,
): Promise<LiveCall | null> {
  const call = await deps.calls.read(answer.attemptId, answer.sender);
  // What the row says of the question holds as long as the round does, and every statement below guards the round.
  if (!call?.current || call.round !== answer.round) return null;
  const meaning = await finalMeaning(deps, call, digits);
  const recorded = await write(deps, call, answer, { meaning, digits });
  if (isUnlogged(recorded)) log(deps.events, answer, recorded, meaning);
  return recorded;
}

/** The right answer: recorded, and its verification completed with it, if it is known what it is. */
function approve(
  { answers, completeApproved, clock, events }: RecordDeps,
  answer: Answered,
  { challenge, digits }: { challenge: Challenge; digits: string | null },
  known: Decided | null,
): Promise<LiveCall | null> {
  // Digits are compared in the registry where they are on the screen only: a PIN never gets there.
  const right = {
    ...answer,
    challenge,
    digits: challenge === 'numberMatch' ? digits : null,
    now: clock.now(),
  };
  const recorded = (call: LiveCall) => log(events, answer, call, 'approve');
  return answers.approve(right, known && (() => completeApproved(right, known, recorded)));
}

/** What an answer means once a PIN has been looked up. */
type FinalMeaning = Exclude<Meaning, 'checkPin'>;

async function finalMeaning(deps: RecordDeps, call: LiveCall, digits: string | null): Promise<FinalMeaning> {
  const meaning = meaningOf(call, digits);
  if (meaning !== 'checkPin') return meaning;
  return (await deps.checkPin(call, digits ?? '')) ? 'approve' : 'wrongKey';
}

/** Null: this answer was not the first to its question. */
function write(
  deps: RecordDeps,
  call: LiveCall,
  answer: Answered,
  { meaning, digits }: { meaning: FinalMeaning; digits: string | null },
): Promise<LiveCall | null> {
  const { answers } = deps;
  const { challenge, extension, prompt } = call;
  const now = deps.clock.now();
  switch (meaning) {
    case 'approve':
      // The digits on the screen are compared once more in the registry.
      return approve(deps, answer, { challenge, digits }, call);
    case 'wrongKey':
      return answers.wrongKey(answer, ASKED_IN_ALL, now, isOfMessage(prompt));
    case 'silence':
      return answers.silence(answer, silencesInAll({ extension }), now, isOfMessage(prompt));
    case 'hear':
      return answers.hear(answer, now);
    case 'askFraud':
      return answers.askFraud(answer, now);
    case 'goBack':
      return answers.turnBack(answer, ASKED_IN_ALL, now);
    case 'reportFraud':
    case 'stopCalls':
      return endWithOthers(deps, answer, meaning);
  }
}

/** What was completed with its answer is logged before its end. */
function isUnlogged(recorded: LiveCall | null): recorded is LiveCall {
  return recorded !== null && recorded.state !== 'finished';
}

function log(events: Events, { attemptId }: Answered, call: LiveCall, meaning: FinalMeaning): void {
  const { id: verificationId, tenantId, outcome } = call;
  events.emit(meaning === 'silence' ? 'call.silence' : 'call.key', { verificationId, attemptId, meaning });
  if (outcome !== null) events.emit('verification.decided', { verificationId, attemptId, outcome });
  if (meaning === 'reportFraud')
    events.emit('verification.fraudReported', { verificationId, attemptId, tenantId, alarm: true });
}
