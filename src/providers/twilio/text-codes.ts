// What error codes say about a text, when it is asked for and when it was not delivered. Those that say the same about
// a call are in `error-codes.ts`.
import type { SendTextResult, TextFailure, TextReason, TextStatus } from '../text-port.ts';
import {
  BLOCKED_BY_SETTING,
  ERROR_CODES,
  INVALID_NUMBER,
  MUST_BE_FIXED,
  TRY_LATER_AND_ALARM,
  UNREACHABLE,
  type VerdictOf,
  verdictOn,
} from './error-codes.ts';
import { errorCodeOf, type Failure } from './read-failure.ts';

type FailedText = Exclude<SendTextResult, { kind: 'accepted' }>;
type TextVerdict = VerdictOf<SendTextResult>;

/** The number takes no texts, at least none from this sender. A call may reach it. */
const UNDELIVERED: TextVerdict = { kind: 'refused', outcome: 'undelivered', alarm: false };
/** A rule about senders or a filter is in the way: it is the same for every number of the country until somebody acts. */
const UNDELIVERED_AND_ALARM: TextVerdict = { kind: 'refused', outcome: 'undelivered', alarm: true };

const OURS =
  'This is an error in what Poundkey sends: report it with the id of the verification. All texts may fail until it is mended.';
const SENDER =
  'Compare the lines and sender names with the console of the provider: each must belong to this account and be able to send texts. All texts from this sender fail until then.';
const REGISTER =
  'Look up in the guidelines of the provider what the country asks of senders, and register the sender or take another one (TEXT_SENDERS). Until then users of this country need a call.';
const CALL_INSTEAD = 'Nothing is wrong with Poundkey. The user can take a call to this number instead.';

/** One code: what it means, what follows from it, and what an operator does. */
export interface TextCode {
  meaning: string;
  verdict: TextVerdict;
  action: string;
  /** What the person must know of it. */
  reason?: TextReason;
}

/** Twilio, Error and Warning Dictionary: codes of requests for texts (21…), and of texts that were not delivered (30…). */
export const TEXT_CODES: ReadonlyMap<number, TextCode> = new Map<number, TextCode>([
  [
    21408,
    {
      meaning: 'the account may not send texts to this country; the geo permissions can allow it',
      verdict: BLOCKED_BY_SETTING,
      action:
        'Switch the country on in the console of the provider (Messaging, Geo permissions), or take texts to it out of the policy.',
    },
  ],
  [21602, { meaning: 'the text is empty', verdict: MUST_BE_FIXED, action: OURS }],
  [21603, { meaning: 'the sender is missing', verdict: MUST_BE_FIXED, action: OURS }],
  [21604, { meaning: 'the number to send to is missing', verdict: MUST_BE_FIXED, action: OURS }],
  [21606, { meaning: 'the sender cannot send texts', verdict: MUST_BE_FIXED, action: SENDER }],
  [
    21608,
    {
      meaning: 'a trial account may send texts only to verified numbers',
      verdict: MUST_BE_FIXED,
      action:
        'Upgrade the account in the console of the provider, or verify the number there. A trial account cannot text anybody else.',
    },
  ],
  [
    21610,
    {
      meaning: 'whoever has this phone answered STOP to this sender',
      verdict: UNDELIVERED,
      action:
        'Nothing is wrong with Poundkey, and nobody reported fraud. Texts from this sender arrive again once START is sent to it from that phone, which only a sender with a number can receive. Until then the user can take a call.',
      reason: 'stopped',
    },
  ],
  [
    21611,
    {
      meaning: 'more texts wait at this sender than it can send in hours',
      verdict: TRY_LATER_AND_ALARM,
      action:
        'Look for a flood of requests for texts; if they are real, ask the provider for more texts per second. It is tried again by itself.',
    },
  ],
  [
    21612,
    {
      meaning: 'the provider has no route from this sender to this number',
      verdict: UNDELIVERED_AND_ALARM,
      action: REGISTER,
    },
  ],
  [21614, { meaning: 'this is no mobile number', verdict: UNDELIVERED, action: CALL_INSTEAD }],
  [21617, { meaning: 'the text is too long', verdict: MUST_BE_FIXED, action: OURS }],
  [
    21635,
    {
      meaning: 'this is a landline, to which the provider sends no texts',
      verdict: UNDELIVERED,
      action: CALL_INSTEAD,
    },
  ],
  [
    21657,
    {
      meaning: 'this country does not take the name of the sender',
      verdict: UNDELIVERED_AND_ALARM,
      action: REGISTER,
    },
  ],
  [21703, { meaning: 'the messaging service has no free sender', verdict: MUST_BE_FIXED, action: SENDER }],
  [21704, { meaning: 'the messaging service has no senders', verdict: MUST_BE_FIXED, action: SENDER }],
  [
    30001,
    {
      meaning: 'the queue of the provider for this sender was full',
      verdict: MUST_BE_FIXED,
      action:
        'Look for a flood of requests for texts; if they are real, ask the provider for more texts per second.',
    },
  ],
  [
    30002,
    {
      meaning: 'the account was suspended before the text was sent',
      verdict: MUST_BE_FIXED,
      action: 'Look into the console of the provider. All texts and calls fail until that is settled there.',
    },
  ],
  [
    30003,
    {
      meaning: 'the phone is off, out of reach, or takes no texts',
      verdict: UNREACHABLE,
      action: 'Nothing is wrong with Poundkey. The user can try again with the phone on, or take a call.',
    },
  ],
  [
    30004,
    { meaning: 'the number is blocked from getting this text', verdict: UNDELIVERED, action: CALL_INSTEAD },
  ],
  [
    30005,
    {
      meaning: 'the number is unknown and may no longer exist',
      verdict: INVALID_NUMBER,
      action: 'Nothing is wrong with Poundkey. Ask the user for the number again.',
    },
  ],
  [
    30006,
    {
      meaning: 'this is a landline, or its network takes no texts',
      verdict: UNDELIVERED,
      action: CALL_INSTEAD,
    },
  ],
  [
    30007,
    {
      meaning: 'a filter of the provider or the network stopped the text',
      verdict: UNDELIVERED_AND_ALARM,
      action:
        'Ask the support of the provider why, with the name of the text from its console; an own wording in twiml may be the cause. Until then users of this network need a call.',
    },
  ],
  [
    30008,
    {
      meaning: 'the network did not deliver the text and did not say why',
      verdict: UNDELIVERED,
      action:
        'Nothing, if it is rare: the user can take a call. If it happens often in one network, ask the support of the provider.',
    },
  ],
  [
    30034,
    {
      meaning: 'the number of the sender is not registered for texts in the United States',
      verdict: UNDELIVERED_AND_ALARM,
      action:
        'Register the number for a campaign (A2P 10DLC) in the console of the provider. Until then users there need a call.',
    },
  ],
  [
    30036,
    {
      meaning: 'the text waited until the code in it was no longer good, and was not sent',
      verdict: UNDELIVERED,
      action:
        'Nothing, if it is rare: the user can try again or take a call. If it happens often, ask the provider for more texts per second.',
    },
  ],
  [
    30042,
    {
      meaning:
        'the name of the sender is blocked: too general, with special characters, or once used for fraud',
      verdict: UNDELIVERED_AND_ALARM,
      action: REGISTER,
    },
  ],
  [
    30410,
    {
      meaning:
        'the network gave the provider no answer, and the text was not sent again, so that it cannot arrive twice',
      verdict: UNDELIVERED,
      action:
        'Nothing, if it is rare: the user can try again or take a call. If it goes on, look at the status page of the provider.',
    },
  ],
  [
    30450,
    {
      meaning:
        'the provider holds back texts to numbers like this one for some minutes, since it suspects that they are asked for only to earn money on them (SMS pumping)',
      verdict: BLOCKED_BY_SETTING,
      action:
        'Look who asks for texts to numbers that begin like this one. If nobody enters their codes, take the country out of the policy or block the user. If they are real, users need a call for 15 to 30 minutes.',
      reason: 'heldBack',
    },
  ],
  [
    30453,
    {
      meaning:
        'the provider holds back texts to numbers like this one for hours, since it suspects that they are asked for only to earn money on them (SMS pumping)',
      verdict: BLOCKED_BY_SETTING,
      action:
        'Look who asks for texts to numbers that begin like this one. If nobody enters their codes, take the country out of the policy or block the user. If they are real, ask the support of the provider; users need a call until then.',
      reason: 'heldBack',
    },
  ],
]);

/** What a failed request for a text means. Only what proves that there is no text becomes `refused` or `tryLater`. */
export function judgeFailedText(failure: Failure): FailedText {
  return { ...verdictOn(failure, verdictOfCode), errorCode: errorCodeOf(failure) };
}

/** What a status of a text means with its error code; Twilio, Messages: `failed` and `undelivered` are final. */
export function judgeTextStatus(
  status: TextStatus,
  errorCode: string | null,
): { outcome: TextFailure | null; alarm: boolean } {
  if (!FAILED.includes(status)) return { outcome: null, alarm: false };
  const verdict = verdictOfCode(Number(errorCode));
  if (verdict?.kind !== 'refused') return { outcome: 'undelivered', alarm: false };
  return { outcome: verdict.outcome, alarm: verdict.alarm };
}

const FAILED: readonly TextStatus[] = ['undelivered', 'failed', 'canceled'];

function verdictOfCode(code: number): TextVerdict | undefined {
  return knownCode(code)?.verdict;
}

/** What is known of a code, of texts or of calls. */
export function knownCode(code: number): { meaning: string; verdict: TextVerdict } | undefined {
  return TEXT_CODES.get(code) ?? ERROR_CODES.get(code);
}
