/** Text messages, as providers send them: the part of the port (`port.ts`) that is about texts. */

/** What is needed to send one text. */
export interface SendTextRequest {
  /** Our id of the attempt; the address of its status callbacks carries it. */
  attemptId: string;
  /** The number to send to, E.164. */
  to: string;
  /** Who it comes from: a line, E.164, or a sender name of at most 11 characters. */
  from: string;
  /** What is sent, whole; see `fillCodeText`. */
  body: string;
  /** How long the provider may go on trying to send it, in whole seconds: as long as the code is good. */
  validityS: number;
  /** Where its status callbacks go; absolute and without a fragment. */
  statusUrl: string;
}

/**
 * How a text failed that will never arrive.
 * - `undelivered`: this number takes no texts, or none from this sender; a call is possible.
 * - the others as for calls.
 */
export type TextFailure = 'invalidNumber' | 'unreachable' | 'undelivered' | 'blocked' | 'providerError';

/**
 * Why a text failed, where the person must know more than that it did.
 * - `stopped`: whoever has the phone answered STOP to the sender.
 * - `heldBack`: the provider sends nothing to numbers like this one for a while (SMS pumping).
 */
export type TextReason = 'stopped' | 'heldBack';

/**
 * What is known after asking for a text.
 * - `accepted`: the provider took the text and named it.
 * - `refused`: there is no text and asking this provider again is no use; `outcome` ends the verification. `alarm` means an operator must act.
 * - `tryLater`: there is no text, asking again is safe.
 * - `unknown`: nobody can say whether there is a text. Never send again, from any line, before looking (`findTexts`).
 */
export type SendTextResult =
  | { kind: 'accepted'; textId: string }
  | { kind: 'refused'; outcome: TextFailure; errorCode: string; alarm: boolean }
  | { kind: 'tryLater'; errorCode: string; alarm: boolean }
  | { kind: 'unknown'; errorCode: string };

/** The states of a text, as providers report them. Many networks report no delivery: `sent` may be the last that is heard. */
export type TextStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'canceled';

/** A text at one moment. */
export interface TextSnapshot {
  textId: string;
  status: TextStatus;
  createdAt: Date;
  /** The provider's own code for why it failed, or null. */
  errorCode: string | null;
}

/** A status callback of a text. They come twice, late and out of order, and carry nothing that orders them. */
export interface TextProgress {
  textId: string;
  status: TextStatus;
  /** The provider's own code for why it failed, or null. */
  errorCode: string | null;
  /** How the text failed; null as long as it has not. */
  outcome: TextFailure | null;
  /** Whether an operator must act. */
  alarm: boolean;
}

/** Whoever sends texts. */
export interface TextSender {
  /** Asks for one text. Never throws for what the provider says or fails to say: the result tells what is known. */
  sendText(request: SendTextRequest): Promise<SendTextResult>;
  /** Texts from `from` to a number (E.164) that the provider created at or after `since`, oldest first. Throws `ProviderError` when it cannot be asked. */
  findTexts(search: { to: string; from: string; since: Date }): Promise<TextSnapshot[]>;
}
