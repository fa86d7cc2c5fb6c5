// Twilio's words for a text, which SignalWire has too, and ours. Nothing outside this folder knows the former.
import type { TextStatus } from '../text-port.ts';

const STATUSES: ReadonlyMap<string, TextStatus> = new Map([
  // Twilio, Messages: `accepted` and `scheduled` come before `queued`, with a messaging service.
  ['accepted', 'queued'],
  ['scheduled', 'queued'],
  ['queued', 'queued'],
  ['sending', 'sending'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  // Twilio, Messages: read receipts, and a text of which some segments arrived.
  ['read', 'delivered'],
  ['partially_delivered', 'undelivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
]);

/** Our word for the status of a text, as REST answers and status callbacks carry it; null for a word we do not know. */
export function readTextStatus(word: unknown): TextStatus | null {
  return typeof word === 'string' ? (STATUSES.get(word) ?? null) : null;
}

/**
 * The error code of a text, as a number or as text; null where there is none. Twilio has 0 and an empty field for
 * none.
 */
export function readTextErrorCode(code: unknown): string | null {
  const digits = typeof code === 'number' || typeof code === 'string' ? String(code) : '';
  return /^[1-9]\d{0,5}$/.test(digits) ? digits : null;
}
