// The one table of error codes, Twilio's and those of providers that speak its language, and what each says about a call that was asked for.
import type { PlaceCallResult } from '../port.ts';
import { errorCodeOf, type Failure } from './read-failure.ts';

type FailedResult<Result> = Exclude<Result, { kind: 'accepted' }>;
type WithoutCode<T> = T extends unknown ? Omit<T, 'errorCode'> : never;
/** What a failed request means, before the error code is put in. */
export type VerdictOf<Result> = WithoutCode<FailedResult<Result>>;
/** What a failed request for a call means. */
export type Verdict = VerdictOf<PlaceCallResult>;

export const INVALID_NUMBER: Verdict = { kind: 'refused', outcome: 'invalidNumber', alarm: false };
export const UNREACHABLE: Verdict = { kind: 'refused', outcome: 'unreachable', alarm: false };
const BLOCKED: Verdict = { kind: 'refused', outcome: 'blocked', alarm: false };
export const BLOCKED_BY_SETTING: Verdict = { kind: 'refused', outcome: 'blocked', alarm: true };
/** The account, its settings or this program is at fault: every call and text fails until somebody acts. */
export const MUST_BE_FIXED: Verdict = { kind: 'refused', outcome: 'providerError', alarm: true };
const TRY_LATER: Verdict = { kind: 'tryLater', alarm: false };
export const TRY_LATER_AND_ALARM: Verdict = { kind: 'tryLater', alarm: true };
const UNKNOWN: Verdict = { kind: 'unknown' };

/** Twilio, Error and Warning Dictionary: each code that an answer to a call request was seen or is documented to carry. */
export const ERROR_CODES: ReadonlyMap<number, { meaning: string; verdict: Verdict }> = new Map([
  [10001, { meaning: 'the account is not active', verdict: MUST_BE_FIXED }],
  [10004, { meaning: 'too many calls at once', verdict: TRY_LATER }],
  [13223, { meaning: 'the number is not valid', verdict: INVALID_NUMBER }],
  [13224, { meaning: 'the number is unsupported or invalid', verdict: INVALID_NUMBER }],
  [13225, { meaning: 'the number is on the block list of the provider', verdict: BLOCKED }],
  [13226, { meaning: 'the country code is unknown', verdict: INVALID_NUMBER }],
  [
    13227,
    {
      meaning: 'the account may not call this country; the geo permissions can allow it',
      verdict: BLOCKED_BY_SETTING,
    },
  ],
  [20003, { meaning: 'the credentials are wrong', verdict: MUST_BE_FIXED }],
  [20005, { meaning: 'the account is not active', verdict: MUST_BE_FIXED }],
  [20006, { meaning: 'access is denied', verdict: MUST_BE_FIXED }],
  [20403, { meaning: 'access is forbidden', verdict: MUST_BE_FIXED }],
  [20404, { meaning: 'the resource does not exist', verdict: MUST_BE_FIXED }],
  [20429, { meaning: 'too many requests at once; this one was not processed', verdict: TRY_LATER }],
  [20500, { meaning: 'an internal error', verdict: UNKNOWN }],
  [20503, { meaning: 'the provider is unavailable', verdict: UNKNOWN }],
  [21201, { meaning: 'To is missing', verdict: MUST_BE_FIXED }],
  [21202, { meaning: 'To is a premium number', verdict: BLOCKED }],
  [21203, { meaning: 'international calls are not enabled', verdict: BLOCKED_BY_SETTING }],
  [21205, { meaning: 'Url is not valid', verdict: MUST_BE_FIXED }],
  [21206, { meaning: 'SendDigits is not valid', verdict: MUST_BE_FIXED }],
  [21208, { meaning: 'Timeout is not valid', verdict: MUST_BE_FIXED }],
  [21209, { meaning: 'Method is not valid', verdict: MUST_BE_FIXED }],
  [21210, { meaning: 'From is neither owned nor verified', verdict: MUST_BE_FIXED }],
  [21211, { meaning: 'To is not valid', verdict: INVALID_NUMBER }],
  [21212, { meaning: 'From is not valid, or calls and texts may not come from it', verdict: MUST_BE_FIXED }],
  [21213, { meaning: 'From is missing', verdict: MUST_BE_FIXED }],
  [21214, { meaning: 'To cannot be reached', verdict: UNREACHABLE }],
  [
    21215,
    {
      meaning: 'the account may not call this country; the geo permissions can allow it',
      verdict: BLOCKED_BY_SETTING,
    },
  ],
  [21216, { meaning: 'the call is blocked by the provider', verdict: BLOCKED }],
  [21217, { meaning: 'To is not a valid phone number', verdict: INVALID_NUMBER }],
  [21218, { meaning: 'ApplicationSid is not valid', verdict: MUST_BE_FIXED }],
  [21219, { meaning: 'a trial account may only call verified numbers', verdict: MUST_BE_FIXED }],
  [21220, { meaning: 'the state of the call does not allow this', verdict: MUST_BE_FIXED }],
  [21234, { meaning: 'a machine detection value is not valid', verdict: MUST_BE_FIXED }],
  [21263, { meaning: 'the machine detection parameters are not valid', verdict: MUST_BE_FIXED }],
  [21609, { meaning: 'StatusCallback is not valid', verdict: MUST_BE_FIXED }],
  [21626, { meaning: 'StatusCallbackEvent is not valid', verdict: MUST_BE_FIXED }],
  [22005, { meaning: 'more than a day of calls is queued', verdict: TRY_LATER_AND_ALARM }],
  // SignalWire, error codes.
  [30010, { meaning: 'a minute of the call costs more than allowed', verdict: BLOCKED }],
]);

/** Failures that come before a connection exists, so that not one byte of the request was sent. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** What a failed request for a call means. Only what proves that there is no call becomes `refused` or `tryLater`. */
export function judgeFailedCall(failure: Failure): FailedResult<PlaceCallResult> {
  const verdict = verdictOn(failure, (code) => ERROR_CODES.get(code)?.verdict);
  return { ...verdict, errorCode: errorCodeOf(failure) };
}

/** What a failed request means; `verdictOfCode` looks codes up. */
export function verdictOn<Known>(
  { httpStatus, twilioCode, socketError }: Failure,
  verdictOfCode: (code: number) => Known | undefined,
): Known | Verdict {
  if (socketError !== null) return NEVER_SENT.includes(socketError) ? TRY_LATER : UNKNOWN;
  // Twilio, error 20500: POST Calls is not idempotent and a server error does not tell whether it was carried out.
  if (httpStatus === null || !refuses(httpStatus)) return UNKNOWN;
  const known = twilioCode === null ? undefined : verdictOfCode(twilioCode);
  if (known !== undefined) return known;
  if (httpStatus === 429) return TRY_LATER;
  // A refusal without a code does not come from Twilio: something between us may have replaced the real answer.
  return twilioCode === null ? UNKNOWN : MUST_BE_FIXED;
}

/** 4xx says that the request was not carried out, except 408, which says that somebody stopped waiting. */
function refuses(httpStatus: number): boolean {
  return httpStatus >= 400 && httpStatus < 500 && httpStatus !== 408;
}
