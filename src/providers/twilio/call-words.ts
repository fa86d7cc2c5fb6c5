// Twilio's words for a call, which SignalWire has too, and ours. Nothing outside this folder knows the former.
import type { AnsweredBy, CallStatus } from '../port.ts';

const STATUSES: ReadonlyMap<string, CallStatus> = new Map([
  ['queued', 'queued'],
  ['initiated', 'initiated'],
  ['ringing', 'ringing'],
  ['in-progress', 'inProgress'],
  // SignalWire reports an answered call twice, once in each word.
  ['answered', 'inProgress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['failed', 'failed'],
  ['no-answer', 'noAnswer'],
  ['canceled', 'canceled'],
]);

/**
 * Whether `value` can be the name of a call. Twilio's are `CA` and 32 hex digits; servers that speak its REST
 * API use UUIDs, hence letters, digits and hyphens. Such a name is safe as a part of a path.
 */
export function isResourceId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(value);
}

/** Our word for Twilio's call status, as REST answers and status callbacks carry it; null for a word we do not know. */
export function readStatus(word: unknown): CallStatus | null {
  return typeof word === 'string' ? (STATUSES.get(word) ?? null) : null;
}

/**
 * Our word for Twilio's `AnsweredBy`. Twilio, answering machine detection: `machine_start` with `Enable`,
 * `machine_end_beep`, `machine_end_silence` and `machine_end_other` with `DetectMessageEnd`; the call resource
 * also has a plain `machine`. Every other word is `unknown`.
 */
export function readAnsweredBy(word: string): AnsweredBy {
  if (word === 'human' || word === 'fax') return word;
  return word === 'machine' || word === 'machine_start' || word.startsWith('machine_end_')
    ? 'machine'
    : 'unknown';
}
