import type { CallInstance } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { Clock } from '../../platform/clock.ts';
import type { CallSnapshot } from '../port.ts';
import { isResourceId, readAnsweredBy, readStatus } from './call-words.ts';
import { badAnswer } from './provider-error.ts';
import { readDate } from './read-date.ts';

/** What is read of a call. Twilio, OpenAPI: every property may be null; the package checks nothing. */
export type CallAnswer = Pick<CallInstance, 'sid' | 'status' | 'dateCreated' | 'answeredBy'>;

/** The call as one of ours; `clock` as for `readDate`. Throws `ProviderError` if the answer is not a call. */
export function readCall(call: CallAnswer, clock: Clock): CallSnapshot {
  const status = readStatus(call.status);
  if (!isResourceId(call.sid)) throw badAnswer('a call with a sid');
  if (status === null) throw badAnswer('a call with one of the documented statuses');
  return {
    callId: call.sid,
    status,
    createdAt: readDate(call.dateCreated, clock),
    answeredBy: readWho(call.answeredBy),
  };
}

function readWho(word: unknown): CallSnapshot['answeredBy'] {
  return typeof word === 'string' && word !== '' ? readAnsweredBy(word) : null;
}
