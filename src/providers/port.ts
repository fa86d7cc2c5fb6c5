/** Whoever places calls: Twilio, or a server that speaks its REST API. The rest of Poundkey knows only this port. */
export interface PhoneNetwork {
  /** Asks for one call. Never throws for what the network says or fails to say: the result tells what is known. */
  placeCall(request: PlaceCallRequest): Promise<PlaceCallResult>;
  /** The call as the network sees it now, or null if the network does not know it. Throws `PhoneNetworkError` when it cannot be asked. */
  fetchCall(callId: string): Promise<CallSnapshot | null>;
  /** Calls between two numbers (E.164) that the network created at or after `since`, oldest first. Throws `PhoneNetworkError` when it cannot be asked. */
  findCalls(search: { to: string; from: string; since: Date }): Promise<CallSnapshot[]>;
  /** Ends a call whatever its state; ending an ended call is fine. Throws `PhoneNetworkError` when it cannot be asked. */
  endCall(callId: string): Promise<void>;
  /** Finds out, by a cheap question, whether the network answers and takes our credentials. Never throws. */
  checkAccess(): Promise<NetworkAccess>;
}

/**
 * Whether we may use the network.
 * - `granted`: it answered as it should.
 * - `refused`: it answered and will not have us; somebody must look at the account, its credentials and the base URL.
 * - `unreachable`: nobody can say.
 */
export type NetworkAccess =
  | { access: 'granted' }
  | { access: 'refused' | 'unreachable'; errorCode: string; reason: string };

/** What is needed to place one call. */
export interface PlaceCallRequest {
  /** Our id of the attempt; every webhook address carries it. */
  attemptId: string;
  /** The number to ring, E.164. */
  to: string;
  /** The caller line, E.164. */
  from: string;
  /** Addresses the network calls back; absolute. */
  webhooks: { answer: string; fallback: string; status: string; machine: string };
  /** How long the phone may ring, in seconds. */
  ringTimeoutS: number;
  /** How long the whole call may last, in seconds. */
  timeLimitS: number;
  /** Whether to find out, while the prompt plays, if a machine picked up. Not together with `sendDigits`. */
  detectMachine: boolean;
  /** The extension to dial once the call is answered, or null. */
  sendDigits: SendDigits | null;
}

/** Digits played to whoever answers, and the silences around them in seconds; halves are allowed. */
export interface SendDigits {
  pauseBeforeS: number;
  digits: string;
  pauseAfterS: number;
}

/**
 * What is known after asking for a call.
 * - `accepted`: the network took the call and named it.
 * - `refused`: there is no call and asking again is no use; `outcome` ends the verification. `alarm` means an operator must act.
 * - `tryLater`: there is no call, asking again is safe.
 * - `unknown`: nobody can say whether there is a call. Never dial again before looking (`findCalls`).
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

/** The states of a call, as the network reports them. */
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

/** Who picked up, as far as the network can tell. */
export type AnsweredBy = 'human' | 'machine' | 'fax' | 'unknown';

/** A call at one moment. */
export interface CallSnapshot {
  callId: string;
  status: CallStatus;
  createdAt: Date;
  answeredBy: AnsweredBy | null;
}

/** A status callback, parsed. `sequence` orders the callbacks of one call, from 0. */
export interface CallProgress {
  callId: string;
  status: CallStatus;
  sequence: number;
  /** The SIP answer that ended the call, if the network told. */
  sipResponseCode: number | null;
  answeredBy: AnsweredBy | null;
}

/** The network could not be asked or gave an answer that makes no sense. The message is safe to log. */
export class PhoneNetworkError extends Error {
  override name = 'PhoneNetworkError';
  /** The network's own error code, an HTTP status or a socket error name. */
  readonly errorCode: string;
  constructor(message: string, errorCode: string) {
    super(message);
    this.errorCode = errorCode;
  }
}
