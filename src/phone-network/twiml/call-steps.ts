/** The steps of a call: `twiml/steps/` has one template for each. */
export const CALL_STEPS = [
  'ask',
  'wrong-key',
  'silence',
  'approved',
  'too-many-wrong-keys',
  'too-much-silence',
  'call-over',
  'one-moment',
  'apology',
] as const;

/** What the person hears next: a question (`ask`, `wrong-key`, `silence`), a goodbye, or `one-moment` and then a new try. */
export type CallStep = (typeof CALL_STEPS)[number];

/** What is filled into the documents of one call. Addresses are absolute. */
export interface PromptValues {
  /** The spoken name of whoever is calling. */
  organisation: string;
  /** How long to wait for a key after the prompt, in whole seconds, at least 1. */
  timeoutS: number;
  /** Where the pressed key goes. */
  digitsUrl: string;
  /** Where the call goes on when no key was pressed. */
  silenceUrl: string;
  /** Where the call goes on after `one-moment`. */
  retryUrl: string;
}

type Address = 'digitsUrl' | 'silenceUrl' | 'retryUrl';

const QUESTION: readonly Address[] = ['digitsUrl', 'silenceUrl'];

/** The addresses that a step's template has to lead to; it may lead to no other. A step without one ends the call. */
export const LEADS_TO: Record<CallStep, readonly Address[]> = {
  ask: QUESTION,
  'wrong-key': QUESTION,
  silence: QUESTION,
  approved: [],
  'too-many-wrong-keys': [],
  'too-much-silence': [],
  'call-over': [],
  'one-moment': ['retryUrl'],
  apology: [],
};
