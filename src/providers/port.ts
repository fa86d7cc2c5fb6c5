import type { CallStep, Extension, SpokenValues } from './dialogue.ts';
import type { TextProgress, TextSender } from './text-port.ts';

/**
 * Whoever places calls and sends texts, such as Twilio. The rest of Poundkey knows providers by this port only: what is asked and said
 * in a call is a step of the dialogue (`dialogue.ts`), and the provider turns it into a document of its own.
 */
export interface Provider extends TextSender {
  /** Short and fixed: it stands in the settings, in logs and in metrics. */
  readonly name: string;
  /** Asks for one call. Never throws for what the provider says or fails to say: the result tells what is known. */
  placeCall(request: PlaceCallRequest): Promise<PlaceCallResult>;
  /** The call as the provider sees it now, or null if the provider does not know it. Throws `ProviderError` when it cannot be asked. */
  fetchCall(call: PlacedCall): Promise<CallSnapshot | null>;
  /** Calls between two numbers (E.164) that the provider created at or after `since`, oldest first. Throws `ProviderError` when it cannot be asked. */
  findCalls(search: { to: string; from: string; since: Date }): Promise<CallSnapshot[]>;
  /** Ends a call whatever its state; ending an ended call is fine. Throws `ProviderError` when it cannot be asked. */
  endCall(call: PlacedCall): Promise<void>;
  /** Finds out, by a cheap question, whether the provider answers and takes our credentials. Never throws. */
  checkAccess(): Promise<ProviderAccess>;
  /** Whether a webhook carries this provider's kind of signature, right or wrong. */
  isAddressedBy(webhook: Pick<IncomingWebhook, 'header'>): boolean;
  /** Checks who sent a webhook. Throws `ServiceError` `webhook.unsigned` or `webhook.wrongSignature` unless this provider signed it. */
  readWebhook(webhook: IncomingWebhook): TrustedWebhook;
  /** The document that has a step played, as the answer to a webhook. Throws `Error` when a value is missing that the step needs. */
  renderStep(step: StepToPlay): StepDocument;
}

/** All configured providers. Calls and texts go to the provider of their line. */
export interface Providers
  extends TextSender,
    Pick<Provider, 'placeCall' | 'fetchCall' | 'findCalls' | 'endCall' | 'readWebhook'> {
  /** The lines that call a country (ISO 3166-1 alpha-2): the preferred one, then those to fall back to. */
  linesFor(country: string): readonly [Line, ...Line[]];
  /** Who texts to a country come from: a line, or what the country wants, such as a name. */
  senderFor(country: string): Line;
  /** As `Provider.renderStep`, for the provider that sent the webhook. */
  renderStep(provider: string, step: StepToPlay): StepDocument;
  /** Asks every provider. Never throws. */
  checkAccess(): Promise<ProvidersAccess>;
}

/** A number that calls and texts come from (E.164), or a name of a sender of texts, and who places and sends them. */
export interface Line {
  number: string;
  provider: string;
}

/** A call that a provider has named, and the line (E.164) it was placed from. */
export interface PlacedCall {
  callId: string;
  lineNumber: string;
}

/**
 * Whether we may use a provider.
 * - `granted`: it answered as it should.
 * - `refused`: it answered and will not have us; somebody must look at the account, its credentials and the base URL.
 * - `unreachable`: nobody can say.
 */
export type ProviderAccess =
  | { access: 'granted' }
  | { access: 'refused' | 'unreachable'; errorCode: string; reason: string };

/** Whether we may use the providers: `usable` if one of them grants it; `worst` is what somebody has to look at. */
export interface ProvidersAccess {
  usable: boolean;
  worst: ProviderAccess;
}

/** What is needed to place one call. */
export interface PlaceCallRequest {
  /** Our id of the attempt; every webhook address carries it. */
  attemptId: string;
  /** The number to ring, E.164. */
  to: string;
  /** The caller line, E.164. */
  from: string;
  /** Addresses the provider calls back; absolute and without a fragment. */
  webhooks: { answer: string; fallback: string; status: string; machine: string };
  /** How long the phone may ring, in seconds. */
  ringTimeoutS: number;
  /** How long the whole call may last, in seconds. Not every provider can be told: whoever watches the call ends it then. */
  timeLimitS: number;
  /** Whether to find out, while the prompt plays, if a machine picked up. Not together with `sendDigits`. */
  detectMachine: boolean;
  /** The extension that the provider dials once the call is answered, or null. The other way: `SpokenValues.extension`. */
  sendDigits: Extension | null;
}

/**
 * What is known after asking for a call.
 * - `accepted`: the provider took the call and named it.
 * - `refused`: there is no call and asking this provider again is no use; `outcome` ends the verification. `alarm` means an operator must act.
 * - `tryLater`: there is no call, asking again is safe.
 * - `unknown`: nobody can say whether there is a call. Never dial again, on any line, before looking (`findCalls`).
 *
 * `mayTryAnotherLine` (`failover.ts`) says after which of them another provider may be asked.
 */
export type PlaceCallResult =
  | { kind: 'accepted'; callId: string; status: CallStatus }
  | {
      kind: 'refused';
      outcome: 'invalidNumber' | 'unreachable' | 'blocked' | 'providerError';
      errorCode: string;
      alarm: boolean;
    }
  | { kind: 'tryLater'; errorCode: string; alarm: boolean }
  | { kind: 'unknown'; errorCode: string };

/** The states of a call, as providers report them. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'inProgress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'noAnswer'
  | 'canceled';

/** The states after which nothing happens to a call any more. */
export const ENDED: readonly CallStatus[] = ['completed', 'busy', 'failed', 'noAnswer', 'canceled'];

/** Who picked up, as far as the provider can tell. */
export type AnsweredBy = 'human' | 'machine' | 'fax' | 'unknown';

/** A call at one moment. */
export interface CallSnapshot {
  callId: string;
  status: CallStatus;
  createdAt: Date;
  answeredBy: AnsweredBy | null;
}

/** A webhook as it arrived. */
export interface IncomingWebhook {
  /** Path and query exactly as received, since they are signed. */
  originalUrl: string;
  header(name: string): string | undefined;
  /** The body, as received. */
  body: string;
}

/** Whose call a webhook is about, as far as its provider may speak of calls at all. */
export interface Sender {
  /** The number that was called, as the webhook has it; null: it does not say. */
  to: string | null;
  /** The lines (E.164) of the provider that signed it; null: all lines are its own. */
  lines: readonly string[] | null;
}

/** A webhook that a provider signed. What it says depends on its address; each method throws `ServiceError` `request.invalid` for what makes no sense. */
export interface TrustedWebhook {
  /** Who signed it: the document that answers it is for this provider. */
  provider: string;
  /** What it says of the call besides its name, for comparing with the call that was asked for. */
  sender: Sender;
  /** A call was answered and its first document is wanted. `answeredBy` null: not (yet) found out. */
  answer(): { callId: string; answeredBy: AnsweredBy | null };
  /** What was pressed: `0`-`9`, `A`-`D`, `#`, `*`; null if nothing was. */
  digits(): { callId: string; digits: string | null };
  /** How far a call has come. */
  status(): CallProgress;
  /** Machine detection, which ran while the prompt was playing, has made up its mind. */
  machine(): { callId: string; answeredBy: AnsweredBy };
  /** How far a text has come. */
  text(): TextProgress;
}

/**
 * A status callback: `ringing`, and the end of the call. They come twice, late and out of order; `sequence` orders the
 * callbacks of one call, from 0. Some providers report states that nobody asked for, and one state twice.
 */
export interface CallProgress {
  callId: string;
  status: CallStatus;
  sequence: number;
  /** The SIP answer that ended the call, if the provider told. */
  sipResponseCode: number | null;
  answeredBy: AnsweredBy | null;
}

/** A step of the dialogue, ready to be rendered. */
export interface StepToPlay extends SpokenValues {
  step: CallStep;
  /** A language that there are prompts in; any other is served by the nearest. */
  locale: string;
  /** Whose texts are spoken; null: everybody's. */
  tenantId: string | null;
}

/** The answer to a webhook that wants to know what to play. */
export interface StepDocument {
  contentType: string;
  body: string;
}

/** The provider could not be asked or gave an answer that makes no sense. The message is safe to log. */
export class ProviderError extends Error {
  override name = 'ProviderError';
  /** The provider's own error code, an HTTP status or a socket error name. */
  readonly errorCode: string;
  constructor(message: string, errorCode: string) {
    super(message);
    this.errorCode = errorCode;
  }
}
