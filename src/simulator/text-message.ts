/** One text inside the simulator and everything known about it. */
import type { TextRequest } from './text-request.ts';

/** The states a text has (Twilio, Message resource), for texts that a program sends from a number or a name of its own. */
export type TextStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed';

/** A text. Instants are milliseconds since 1970, simulator time. */
export interface TextMessage {
  readonly sid: string;
  readonly request: TextRequest;
  status: TextStatus;
  /** Twilio's number for why it did not arrive. */
  errorCode: number | null;
  readonly createdAt: number;
  updatedAt: number;
  /** When the network took it. */
  sentAt: number | null;
  /** When the phone got it; the network may not know. */
  receivedAt: number | null;
  /** The wait in the queue, milliseconds. */
  readonly queueMs: number;
  /** Aborted when the simulator stops. */
  readonly over: AbortController;
}
