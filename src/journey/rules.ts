import type { CallStatus } from '../phone-network/port.ts';
import type { CallStep } from '../phone-network/twiml/steps.ts';
import type { Outcome } from './outcomes.ts';
import type { LiveCall } from './store/live-calls.ts';

/** How often the prompt is asked in all before a wrong key, or a silence, ends the call. */
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

/** What a pressed key means. Only `#` approves; no key at all is a silence. */
export function meaningOf(digits: string | null): 'approve' | 'wrongKey' | 'silence' {
  if (digits === null) return 'silence';
  return digits === '#' ? 'approve' : 'wrongKey';
}

/** The outcome that the end of a call means when no key has decided it. */
export function outcomeOfEndedCall(end: {
  status: CallStatus;
  answeredBy: string | null;
  wrongKeys: number;
}): Outcome {
  switch (end.status) {
    case 'busy':
      return 'busy';
    case 'noAnswer':
      return 'noAnswer';
    case 'canceled':
      return 'canceled';
    case 'completed':
      return tookAMessage(end) ? 'voicemail' : 'hungUp';
    default:
      return 'unreachable';
  }
}

/**
 * Twilio, Call resource: "completed" also covers voicemail and menus, so who answered decides. Whoever pressed a key
 * is a person, whatever machine detection takes them for.
 */
function tookAMessage({ answeredBy, wrongKeys }: { answeredBy: string | null; wrongKeys: number }): boolean {
  return wrongKeys === 0 && (answeredBy === 'machine' || answeredBy === 'fax');
}

/** What the person hears next: the question of this round, the words that end the call, or that it is over. */
export function stepToPlay(call: LiveCall | null, callId: string): CallStep {
  if (call === null || !call.current || (call.callId !== null && call.callId !== callId)) return 'call-over';
  if (call.state === 'queued') return 'call-over';
  const open = call.state !== 'decided' && call.state !== 'finished';
  return STEP_OF_PROMPT[call.prompt]?.[open ? 'open' : 'decided'] ?? 'call-over';
}

const QUESTION = (step: CallStep) => ({ open: step, decided: 'call-over' as const });
const ENDING = (step: CallStep) => ({ open: step, decided: step });

/** A prompt as the registry stores it, and what is played while the outcome is open and after it is decided. */
const STEP_OF_PROMPT: Record<string, { open: CallStep; decided: CallStep }> = {
  ask: QUESTION('ask'),
  'wrong-key': QUESTION('wrong-key'),
  silence: QUESTION('silence'),
  approved: ENDING('approved'),
  'too-many-wrong-keys': ENDING('too-many-wrong-keys'),
  'too-much-silence': ENDING('too-much-silence'),
};
