import type { CallInstance } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { Clock } from '../../platform/clock.ts';
import type { CallSnapshot } from '../port.ts';
import { isCallId, readAnsweredBy, readStatus } from './call-words.ts';
import { badAnswer } from './provider-error.ts';

/** What is read of a call. Twilio, OpenAPI: every property may be null; the package checks nothing. */
export type CallAnswer = Pick<CallInstance, 'sid' | 'status' | 'dateCreated' | 'answeredBy'>;

/**
 * The call as one of ours. A call that still waits to be dialed may have no creation date yet; it counts as
 * created at this moment. Throws `ProviderError` if the answer is not a call.
 */
export function readCall(call: CallAnswer, clock: Clock): CallSnapshot {
  const status = readStatus(call.status);
  if (!isCallId(call.sid)) throw badAnswer('a call with a sid');
  if (status === null) throw badAnswer('a call with one of the documented statuses');
  return {
    callId: call.sid,
    status,
    createdAt: readDate(call.dateCreated, clock),
    answeredBy: readWho(call.answeredBy),
  };
}

/** The package hands over a date it cannot read as it came; SignalWire's documents write `Sept`. */
function readDate(date: unknown, clock: Clock): Date {
  if (date === null || date === undefined || date === '') return clock.now();
  const read = typeof date === 'string' ? new Date(date) : date;
  if (read instanceof Date && !Number.isNaN(read.getTime())) return read;
  throw badAnswer('a call with an RFC 2822 creation date');
}

function readWho(word: unknown): CallSnapshot['answeredBy'] {
  return typeof word === 'string' && word !== '' ? readAnsweredBy(word) : null;
}
