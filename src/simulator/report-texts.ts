/** Reports of the texts, for tests and for people. */
import type { TextMessage, TextStatus } from './text-message.ts';

/** What became of one text. Instants are milliseconds since 1970, simulator time. */
export interface TextReport {
  sid: string;
  to: string;
  from: string;
  body: string;
  status: TextStatus;
  errorCode: number | null;
  createdAt: number;
  sentAt: number | null;
  /** How long it might wait to be sent, seconds. */
  validityS: number;
  /** When the phone got it, or null. */
  receivedAt: number | null;
}

/** A text on a phone. */
export interface ReceivedText {
  from: string;
  body: string;
  /** When it came, milliseconds since 1970, simulator time. */
  at: number;
}

/** The report of one text; changing it changes nothing. */
export function reportText(text: TextMessage): TextReport {
  const { sid, request, status, errorCode, createdAt, sentAt, receivedAt } = text;
  const { to, from, body, validityS } = request;
  return { sid, to, from, body, status, errorCode, createdAt, sentAt, receivedAt, validityS };
}

/** The texts on the phone of `number` (E.164), in the order in which they came. */
export function textsOn(number: string, texts: readonly TextMessage[]): ReceivedText[] {
  return texts
    .flatMap(({ request: { to, from, body }, receivedAt: at }) =>
      to === number && at !== null ? [{ from, body, at }] : [],
    )
    .sort((one, other) => one.at - other.at);
}
