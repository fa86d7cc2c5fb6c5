// The form parameters of a text's status callback, parsed. Twilio's words stop here.
import { z } from 'zod';
import type { TextProgress, TextStatus } from '../text-port.ts';
import { isResourceId } from './call-words.ts';
import { judgeTextStatus } from './text-codes.ts';
import { readTextErrorCode, readTextStatus } from './text-words.ts';
import { type FormParameters, orNull, parse } from './webhooks.ts';

const TEXT = z.object({
  MessageSid: z.custom<string>(
    isResourceId,
    'must be the name of a text: 1 to 64 letters, digits or hyphens',
  ),
  MessageStatus: z
    .string('must be one word')
    .transform((word) => readTextStatus(word))
    .pipe(z.custom<TextStatus>((word) => word !== null, 'must be one of the documented message statuses')),
  ErrorCode: orNull(z.string('must be one number').max(64, 'must have at most 64 characters')),
});

/** A status callback of a text. Throws `ServiceError` `request.invalid`. */
export function parseText(params: FormParameters): TextProgress {
  const { MessageSid: textId, MessageStatus: status, ErrorCode } = parse(TEXT, params);
  const errorCode = readTextErrorCode(ErrorCode);
  return { textId, status, errorCode, ...judgeTextStatus(status, errorCode) };
}
