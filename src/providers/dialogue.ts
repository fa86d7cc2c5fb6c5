/**
 * The dialogue of a call in steps: what is asked or said, and where the call goes on. Providers render it.
 */

/** The steps of a call, as the row and the story of a verification keep them. */
export const PROMPTS = [
  'ask',
  'wrong-key',
  'silence',
  'report-fraud',
  'report-or-stop',
  'approved',
  'fraud-reported',
  'calls-stopped',
  'too-many-wrong-keys',
  'too-much-silence',
  'ask-message',
  'message',
] as const;
export type Prompt = (typeof PROMPTS)[number];

/** The steps that providers render: those, the questions for digits and for a PIN, and what is said of the call itself. */
export const CALL_STEPS = [
  ...PROMPTS,
  'ask-number',
  'ask-pin',
  'wrong-number',
  'wrong-pin',
  'silence-number',
  'silence-pin',
  'call-over',
  'one-moment',
  'apology',
] as const;

/**
 * What the person hears next: a question for a key (`ask`, `wrong-key`, `silence`, `report-fraud`,
 * `report-or-stop`), for the digits on
 * the screen (`…-number`) or for a PIN (`…-pin`), a goodbye, or `one-moment` and then a new try. Of somebody else's message:
 * `ask-message` waits for the key that has it spoken, `message` speaks it.
 */
export type CallStep = (typeof CALL_STEPS)[number];

/** A tenant's own words before the first prompt: a text that the language's voice speaks, or the https address of audio. */
export type Greeting = { text: string } | { audioUrl: string };

/** A text that is spoken a number of times, one after the other. */
export interface SpokenMessage {
  text: string;
  times: number;
}

/** Digits dialed to whoever answers, and the silences around them in seconds; halves are allowed. */
export interface Extension {
  pauseBeforeS: number;
  digits: string;
  pauseAfterS: number;
}

/** What is filled into a step; `STEP_RULES` says which step needs what. Addresses are absolute. */
export interface SpokenValues {
  /** The spoken name of whoever is calling. */
  organisation?: string;
  /** Comes before the text of the `ask…` steps; the others leave it out. */
  greeting?: Greeting | null;
  /** Somebody else's words, for the step `message`. */
  message?: SpokenMessage | null;
  /** Dialed before anything is said, where the provider was not told to dial it. Pauses are rounded up to whole seconds. */
  extension?: Extension | null;
  /** How long to wait for a key after the prompt, and after each key, in whole seconds, at least 1. */
  timeoutS?: number;
  /** Where the pressed key, or the digits without the closing `#`, go. */
  digitsUrl?: string;
  /** Where the call goes on when no key was pressed, or `#` before any digit. */
  silenceUrl?: string;
  /** Where the call goes on after `one-moment`. */
  retryUrl?: string;
}

/** What a question takes: one key, the digits on the screen and `#`, a PIN and `#`, or a key but `#` to hear it again. */
export type Answer = 'key' | 'number' | 'pin' | 'repeat';

/** What a step's template has to do and may say. */
export interface StepRule {
  /** What a question takes; null: it asks nothing. */
  takes: Answer | null;
  /** Whether a tenant's greeting comes before its text. */
  greets: boolean;
  /** The addresses that it leads to, all of them and no other. Without one it ends the call. */
  leadsTo: readonly ('digitsUrl' | 'silenceUrl' | 'retryUrl')[];
  /** Whether its text may hold `{{organisation}}`: when the registry cannot be asked, nobody knows on whose behalf the call is. */
  knowsOrganisation: boolean;
}

const question = (takes: Answer): StepRule => ({
  takes,
  greets: false,
  leadsTo: ['digitsUrl', 'silenceUrl'],
  knowsOrganisation: true,
});
const firstQuestion = (takes: Answer): StepRule => ({ ...question(takes), greets: true });
const GOODBYE: StepRule = { takes: null, greets: false, leadsTo: [], knowsOrganisation: true };
const GOODBYE_TO_ANYBODY: StepRule = { ...GOODBYE, knowsOrganisation: false };

/** The rules by step. */
export const STEP_RULES: Record<CallStep, StepRule> = {
  ask: firstQuestion('key'),
  'ask-number': firstQuestion('number'),
  'ask-pin': firstQuestion('pin'),
  'wrong-key': question('key'),
  'wrong-number': question('number'),
  'wrong-pin': question('pin'),
  silence: question('key'),
  'silence-number': question('number'),
  'silence-pin': question('pin'),
  'report-fraud': question('key'),
  'report-or-stop': question('key'),
  approved: GOODBYE,
  'fraud-reported': GOODBYE,
  'calls-stopped': GOODBYE,
  'too-many-wrong-keys': GOODBYE,
  'too-much-silence': GOODBYE,
  'ask-message': question('key'),
  message: { takes: 'repeat', greets: false, leadsTo: ['digitsUrl'], knowsOrganisation: true },
  'call-over': GOODBYE_TO_ANYBODY,
  'one-moment': { ...GOODBYE_TO_ANYBODY, leadsTo: ['retryUrl'] },
  apology: GOODBYE_TO_ANYBODY,
};
