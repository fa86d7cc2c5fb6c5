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

/** What is filled into a document; `STEP_RULES` says which step needs what. Addresses are absolute. */
export type PromptValues = {
  /** The spoken name of whoever is calling. */
  organisation?: string;
  /** How long to wait for a key after the prompt, in whole seconds, at least 1. */
  timeoutS?: number;
  /** Where the pressed key goes. */
  digitsUrl?: string;
  /** Where the call goes on when no key was pressed. */
  silenceUrl?: string;
  /** Where the call goes on after `one-moment`. */
  retryUrl?: string;
};

/** What a step's template has to do and may say. */
export interface StepRule {
  /** The addresses that it leads to, all of them and no other. Without one it ends the call. */
  leadsTo: readonly ('digitsUrl' | 'silenceUrl' | 'retryUrl')[];
  /** Whether its text may hold `{{organisation}}`: when the registry cannot be asked, nobody knows on whose behalf the call is. */
  knowsOrganisation: boolean;
}

const QUESTION: StepRule = { leadsTo: ['digitsUrl', 'silenceUrl'], knowsOrganisation: true };
const GOODBYE: StepRule = { leadsTo: [], knowsOrganisation: true };
const GOODBYE_TO_ANYBODY: StepRule = { leadsTo: [], knowsOrganisation: false };

/** The rules by step. */
export const STEP_RULES: Record<CallStep, StepRule> = {
  ask: QUESTION,
  'wrong-key': QUESTION,
  silence: QUESTION,
  approved: GOODBYE,
  'too-many-wrong-keys': GOODBYE,
  'too-much-silence': GOODBYE,
  'call-over': GOODBYE_TO_ANYBODY,
  'one-moment': { leadsTo: ['retryUrl'], knowsOrganisation: false },
  apology: GOODBYE_TO_ANYBODY,
};
