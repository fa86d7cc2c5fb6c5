import type { CallStep } from '../../providers/dialogue.ts';
import type { CallStatus } from '../../providers/port.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge } from '../states.ts';
import type { LiveCall } from '../store/rows.ts';

/** The wrong key, the silence or the way back from the report of fraud that ends the call, each counted by itself. */
export const ASKED_IN_ALL = 3;

/**
 * How often in all behind a switchboard: nobody may have picked up the extension yet. A prompt and its wait take 9 s
 * or more, so that the call listens for a minute at least.
 */
const ASKED_IN_ALL_BEHIND_EXTENSION = 8;

/** After how many silences a call ends. */
export function silencesInAll({ extension }: { extension: string | null }): number {
  return extension === null ? ASKED_IN_ALL : ASKED_IN_ALL_BEHIND_EXTENSION;
}

/**
 * What an answer means. `askFraud`: wants to report the call; `goBack`: does not after all; `stopCalls`: was called by
 * mistake, and wants no more calls. `checkPin`: a PIN, which has to be looked up. `hear`: wants to hear the message of somebody else.
 */
export type Meaning =
  | 'approve'
  | 'wrongKey'
  | 'silence'
  | 'askFraud'
  | 'reportFraud'
  | 'stopCalls'
  | 'goBack'
  | 'hear'
  | 'checkPin';

/**
 * What an answer means to the question it answers. `0` alone always leads to the report of fraud; only what the
 * challenge asks for approves. `9` stops further calls, and only where it was offered: within the report, which takes one
 * key whatever the challenge is, it is neither a digit of the screen or a PIN nor a wrong key, and the first prompt stays short.
 * @param digits what was pressed, without the `#` that ends a number or a PIN; null for silence
 */
export function meaningOf(
  asked: Pick<LiveCall, 'prompt' | 'challenge' | 'challengeDigits'>,
  digits: string | null,
): Meaning {
  if (isOfMessage(asked.prompt)) return meaningBeforeMessage(asked.prompt, digits);
  if (asked.prompt === 'report-fraud' || asked.prompt === 'report-or-stop')
    return meaningInReport(asked.prompt, digits);
  if (digits === null) return 'silence';
  if (digits === '0') return 'askFraud';
  if (asked.challenge === 'pin') return 'checkPin';
  return digits === (asked.challenge === 'pound' ? '#' : asked.challengeDigits) ? 'approve' : 'wrongKey';
}

/** Within the report of fraud, which takes one key. */
function meaningInReport(prompt: string, digits: string | null): Meaning {
  if (prompt === 'report-or-stop' && digits === '9') return 'stopCalls';
  return digits === '#' ? 'reportFraud' : 'goBack';
}

/** Whether a prompt is of a call that speaks somebody else's message. */
export function isOfMessage(prompt: string): boolean {
  return prompt === 'ask-message' || prompt === 'message';
}

/** Whoever hears it can do nothing but hear it again; that is what every key means then. */
function meaningBeforeMessage(prompt: string, digits: string | null): Meaning {
  if (digits === null) return 'silence';
  return digits === '#' || prompt === 'message' ? 'hear' : 'wrongKey';
}

/**
 * How long after the end of a call its meaning is decided, ms. The key that decides a completed call and its end are
 * two webhooks, and either may come first.
 */
export function graceAfterEnd(status: CallStatus, timeouts: { hangUpGraceMs: number }): number {
  return status === 'completed' ? timeouts.hangUpGraceMs : 0;
}

/**
 * The outcome that the end of a call means when no key has decided it.
 * @param end.heard whether any webhook of the call has come; of a completed call, at least one is owed
 */
export function outcomeOfEndedCall(end: {
  status: CallStatus;
  answeredBy: string | null;
  prompt: string;
  round: number;
  silences: number;
  heard: boolean;
}): Outcome {
  switch (end.status) {
    case 'busy':
      return 'busy';
    case 'noAnswer':
      return 'noAnswer';
    case 'canceled':
      return 'canceled';
    case 'completed':
      if (!end.heard) return 'providerError';
      if (tookAMessage(end)) return 'voicemail';
      return end.prompt === 'message' ? 'approved' : 'hungUp';
    default:
      return 'unreachable';
  }
}

/**
 * Twilio, Call resource: "completed" also covers voicemail and menus, so who answered decides. Whoever pressed a key
 * is a person, whatever machine detection takes them for.
 */
function tookAMessage(end: { answeredBy: string | null; round: number; silences: number }): boolean {
  return !hasPressedKey(end) && (end.answeredBy === 'machine' || end.answeredBy === 'fax');
}

/** Whether a key was pressed during a call. Every answer begins a round; those that were no silence were keys. */
export function hasPressedKey({ round, silences }: { round: number; silences: number }): boolean {
  return round - 1 > silences;
}

/** What the person hears next: the question of this round, the words that end the call, or that it is over. */
export function stepToPlay(call: LiveCall | null, callId: string): CallStep {
  if (call === null || !call.current || (call.callId !== null && call.callId !== callId)) return 'call-over';
  if (call.state === 'queued') return 'call-over';
  const open = call.state !== 'decided' && call.state !== 'finished';
  const question = QUESTIONS[call.challenge][call.prompt] ?? ANY_QUESTION[call.prompt];
  return (open ? question : undefined) ?? ENDINGS[call.prompt] ?? 'call-over';
}

/** What is played for a prompt as the registry stores it, while the outcome is open. */
const QUESTIONS: Record<Challenge, Record<string, CallStep>> = {
  // No call asks for the code of a text message.
  code: {},
  pound: { ask: 'ask', 'wrong-key': 'wrong-key', silence: 'silence' },
  numberMatch: { ask: 'ask-number', 'wrong-key': 'wrong-number', silence: 'silence-number' },
  pin: { ask: 'ask-pin', 'wrong-key': 'wrong-pin', silence: 'silence-pin' },
};
const ANY_QUESTION: Record<string, CallStep> = {
  'report-fraud': 'report-fraud',
  'report-or-stop': 'report-or-stop',
  'ask-message': 'ask-message',
  message: 'message',
};

/** The prompts that end a call. */
const ENDINGS: Record<string, CallStep> = {
  approved: 'approved',
  'fraud-reported': 'fraud-reported',
  'calls-stopped': 'calls-stopped',
  'too-many-wrong-keys': 'too-many-wrong-keys',
  'too-much-silence': 'too-much-silence',
};
