// The form parameters of voice webhooks, parsed. Twilio's words stop here.
import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { fieldProblems, parseOptions } from '../../platform/http/field-problems.ts';
import type { AnsweredBy, CallProgress, CallStatus } from '../port.ts';
import { isResourceId, readAnsweredBy, readStatus } from './call-words.ts';

/** Form parameters as they came. An array stands for a name that came more than once. */
export type FormParameters = Readonly<Record<string, unknown>>;

/** No gather asks for more keys than this. */
const MAX_DIGITS = 64;

const callId = z.custom<string>(
  isResourceId,
  'must be the name of a call: 1 to 64 letters, digits or hyphens',
);

const status = z
  .string('must be one word')
  .transform((word) => readStatus(word))
  .pipe(z.custom<CallStatus>((word) => word !== null, 'must be one of the documented call statuses'));

const who = z
  .string('must be one word')
  .min(1, 'must not be empty')
  .max(64, 'must have at most 64 characters')
  .transform(readAnsweredBy);

/** Missing and empty alike: who picked up has not been found out. */
const whoIfKnown = orNull(who);

/** Twilio documents neither whether `Digits` is missing or empty when nothing was pressed. */
const digits = orNull(
  z
    .string('must be one text')
    .regex(new RegExp(`^[0-9A-D#*]{1,${MAX_DIGITS}}$`), `must be 1 to ${MAX_DIGITS} telephone keys`),
);

/** Servers that report only the end of a call leave the number out. */
const sequence = z
  .string('must be one number')
  .regex(/^\d{1,6}$/, 'must be a whole number of at most 6 digits')
  .default('0')
  .transform(Number);

const sipCode = orNull(
  z
    .string('must be one number')
    .regex(/^[1-6]\d\d$/, 'must be a SIP answer, 100 to 699')
    .transform(Number),
);

const ANSWER = z.object({ CallSid: callId, AnsweredBy: whoIfKnown });
const DIGITS = z.object({ CallSid: callId, Digits: digits });
const MACHINE = z.object({ CallSid: callId, AnsweredBy: who });
const STATUS = z.object({
  CallSid: callId,
  CallStatus: status,
  SequenceNumber: sequence,
  SipResponseCode: sipCode,
  // SignalWire, voice status callback: its name for the same.
  SipResultCode: sipCode,
  AnsweredBy: whoIfKnown,
});

/**
 * The request for the first document of a call that was answered. `answeredBy` is null where detection is off or
 * still running. Throws `ServiceError` `request.invalid`, like every parser here.
 */
export function parseAnswer(params: FormParameters): { callId: string; answeredBy: AnsweredBy | null } {
  const { CallSid, AnsweredBy } = parse(ANSWER, params);
  return { callId: CallSid, answeredBy: AnsweredBy };
}

/** What was pressed during a gather: `0`-`9`, `A`-`D`, `#`, `*`; null if nothing was. */
export function parseDigits(params: FormParameters): { callId: string; digits: string | null } {
  const { CallSid, Digits } = parse(DIGITS, params);
  return { callId: CallSid, digits: Digits };
}

/** A status callback. Twilio, Calls: they may arrive out of order, `sequence` (from 0) tells the order. */
export function parseStatus(params: FormParameters): CallProgress {
  const progress = parse(STATUS, params);
  return {
    callId: progress.CallSid,
    status: progress.CallStatus,
    sequence: progress.SequenceNumber,
    sipResponseCode: progress.SipResponseCode ?? progress.SipResultCode,
    answeredBy: progress.AnsweredBy,
  };
}

/** The callback of a machine detection that ran while the prompt was playing. */
export function parseMachine(params: FormParameters): { callId: string; answeredBy: AnsweredBy } {
  const { CallSid, AnsweredBy } = parse(MACHINE, params);
  return { callId: CallSid, answeredBy: AnsweredBy };
}

/** What may be missing or empty. A union would report neither of its two rules, hence the empty text is taken away first. */
export function orNull<T>(schema: z.ZodType<T>) {
  return z
    .preprocess((value) => (value === '' ? undefined : value), schema.optional())
    .transform((value) => value ?? null);
}

/** Form parameters as a schema wants them, or `ServiceError` `request.invalid`. Problems name the field and the rule, never the value: what was pressed may be a PIN. */
export function parse<T>(schema: z.ZodType<T>, params: FormParameters): T {
  const parsed = schema.safeParse(params, parseOptions);
  if (parsed.success) return parsed.data;
  throw new ServiceError(
    'request.invalid',
    'The webhook does not have the parameters that are documented for it',
    { problems: fieldProblems(parsed.error, schema) },
  );
}
