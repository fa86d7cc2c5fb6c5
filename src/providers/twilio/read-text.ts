import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { Clock } from '../../platform/clock.ts';
import type { TextSnapshot } from '../text-port.ts';
import { isResourceId } from './call-words.ts';
import { badAnswer } from './provider-error.ts';
import { readDate } from './read-date.ts';
import { readTextErrorCode, readTextStatus } from './text-words.ts';

/** What is read of a text. Twilio, OpenAPI: every property may be null; the package checks nothing. */
export type TextAnswer = Pick<MessageInstance, 'sid' | 'status' | 'dateCreated' | 'errorCode'>;

/** The text as one of ours; `clock` as for `readDate`. Throws `ProviderError` if the answer is not a text. */
export function readText(text: TextAnswer, clock: Clock): TextSnapshot {
  const status = readTextStatus(text.status);
  if (!isResourceId(text.sid)) throw badAnswer('a text with a sid');
  if (status === null) throw badAnswer('a text with one of the documented statuses');
  return {
    textId: text.sid,
    status,
    createdAt: readDate(text.dateCreated, clock),
    errorCode: readTextErrorCode(text.errorCode),
  };
}
