/**
 * How a provider that speaks Twilio's language differs from Twilio. Everything in which it does not differ is the same
 * code. A further provider of this kind is one more profile.
 */
export interface Profile {
  /** The header that carries the signature of a webhook. */
  signatureHeader: string;
  /** What is signed of a form field that comes more than once: each different value sorted, or all as they came. */
  repeatedFields: 'sorted' | 'asGiven';
  /** At the end of an address that must not be missed: asks for the callback again when it failed. */
  retryFragment: string;
  /** Whether a call can be given a time limit. */
  hasTimeLimit: boolean;
  /** What ends a question for one key besides that key; see `PromptValues`. */
  finishOnKey: '' | '*';
  /** Whether a text can be checked for fraud on request. */
  hasRiskCheck: boolean;
  /** Whether accounts are named as Twilio names them (`AC…`), which the `twilio` package insists on. */
  accountIsSid: boolean;
}

/** Twilio itself. */
export const TWILIO: Profile = {
  signatureHeader: 'X-Twilio-Signature',
  repeatedFields: 'sorted',
  // Twilio, webhook connection overrides: up to three times more, whatever went wrong.
  retryFragment: '#rc=3&rp=all',
  hasTimeLimit: true,
  finishOnKey: '',
  hasRiskCheck: true,
  accountIsSid: true,
};

/** SignalWire's Compatibility API (SignalWire: Compatibility API, Calls; cXML). */
export const SIGNALWIRE: Profile = {
  signatureHeader: 'X-SignalWire-Signature',
  repeatedFields: 'asGiven',
  // SignalWire, webhooks: a status callback is tried three times in all without being asked.
  retryFragment: '',
  // SignalWire, Calls: not among the documented parameters.
  hasTimeLimit: false,
  // SignalWire, Gather: an empty finish key is not documented. With another key a lone # is a digit like any other.
  finishOnKey: '*',
  // SignalWire, Messages: not among the documented parameters.
  hasRiskCheck: false,
  accountIsSid: false,
};
