import { reasonOf } from '../providers/explain-code.ts';
import type { TextReason } from '../providers/text-port.ts';
import type { Channel, RowPurpose } from './states.ts';

/**
 * How a verification can end. For each outcome: what to tell the user, what to tell the administrator,
 * whether asking again makes sense, and the nearest denial reason of Microsoft Entra's sign-in log (Microsoft Learn, "Use the sign-ins report to
 * review Microsoft Entra multifactor authentication events").
 */
export const OUTCOMES = {
  approved: {
    forUser: 'Your phone is verified.',
    forAdministrator:
      'During the call the person pressed what it asked for: #, the digits on the screen, or the PIN.',
    askAgain: false,
    entraReason: null,
  },
  fraudReported: {
    forUser: 'You reported this call as fraud. Your administrator has been informed.',
    forAdministrator: 'The person reported that they did not start this verification.',
    askAgain: false,
    entraReason: 'user declined the authentication',
  },
  wrongDigits: {
    forUser: 'Wrong keys were pressed three times. Start again and press what the call asks for.',
    forAdministrator:
      'Three wrong answers were pressed. Check that the phone sends tones for the right keys.',
    askAgain: true,
    entraReason: 'entered incorrect code too many times',
  },
  noInput: {
    forUser: 'No key was pressed in time. Start again and press what the call asks for.',
    forAdministrator:
      'The call was answered, but three times no key arrived in time. A voicemail or a phone without tones does this.',
    askAgain: true,
    entraReason: 'user never entered the verification code',
  },
  noAnswer: {
    forUser: 'Nobody answered the phone. Make sure you are beside it and start again.',
    forAdministrator: 'The phone rang until the time limit of the policy.',
    askAgain: true,
    entraReason: "unable to reach the user's phone",
  },
  busy: {
    forUser: 'The line was busy. Hang up and start again.',
    forAdministrator: 'The called line was in use.',
    askAgain: true,
    entraReason: "unable to reach the user's phone",
  },
  hungUp: {
    forUser:
      'The call ended before you approved. Start again and stay on the line until you hear that it worked.',
    forAdministrator: 'The person hung up, or the connection broke, before a key decided the call.',
    askAgain: true,
    entraReason: 'user hung up the phone call without succeeding the authentication',
  },
  voicemail: {
    forUser: 'A voicemail answered. Make sure you are beside the phone and start again.',
    forAdministrator: 'Machine detection reported a machine, and no key was pressed.',
    askAgain: true,
    entraReason: 'phone call went to voicemail',
  },
  invalidNumber: {
    forUser: 'This number cannot be called. Check it and start again.',
    forAdministrator: 'The provider reports that the number does not exist or cannot be dialed.',
    askAgain: false,
    entraReason: 'phone number has an invalid format',
  },
  unreachable: {
    forUser: 'The phone could not be reached. Try again later or use another phone.',
    forAdministrator: 'The provider could not connect the call.',
    askAgain: true,
    entraReason: "unable to reach the user's phone",
  },
  undelivered: {
    forUser:
      'The text message could not be delivered. Check the number, or ask for a call: a landline can take calls only.',
    forAdministrator:
      'The network did not deliver the text message. The error code says why; npm run poundkey -- story ID says what to do.',
    askAgain: true,
    entraReason: "unable to reach the user's phone",
  },
  blocked: {
    forUser: 'You or this number may not be called. Ask your administrator.',
    forAdministrator:
      'The user was blocked or the policy changed after the request, or something else forbids the call: the error code, if there is one, says what.',
    askAgain: false,
    entraReason: 'user is blocked',
  },
  canceled: {
    forUser: 'The verification was canceled.',
    forAdministrator: 'The backend canceled it, or the call was ended at the provider.',
    askAgain: true,
    entraReason: 'user declined the authentication',
  },
  expired: {
    forUser: 'The verification took too long. Start again.',
    forAdministrator: 'Its time ran out before a call could be placed.',
    askAgain: true,
    entraReason: 'user never entered the verification code',
  },
  providerError: {
    forUser: 'The call could not be made. Try again later; if it happens again, ask your administrator.',
    forAdministrator:
      'The provider refused the call, failed, or could not reach Poundkey. The error code says why; npm run poundkey -- story ID says what to do.',
    askAgain: true,
    entraReason: 'service error',
  },
} as const satisfies Record<string, OutcomeText>;

/** The words for one outcome. */
export interface OutcomeText {
  forUser: string;
  forAdministrator: string;
  askAgain: boolean;
  entraReason: string | null;
}

/** The one end of a verification. */
export type Outcome = keyof typeof OUTCOMES;

/** Where a verification by text message has other words than one by call. */
const OF_TEXT: Partial<Record<Outcome, Partial<OutcomeText>>> = {
  approved: { forAdministrator: 'The person typed the code of the text message.' },
  wrongDigits: {
    forUser: 'A wrong code was typed five times. Start again and type the code of the newest text message.',
    forAdministrator: 'Five wrong codes were typed.',
  },
  invalidNumber: {
    forUser: 'This number takes no text messages. Check it and start again, or ask for a call.',
  },
  blocked: {
    forUser: 'No text message may be sent to you or to this number. Ask your administrator.',
  },
  canceled: { forAdministrator: 'The backend canceled it.' },
  expired: {
    forUser: 'The code was not typed in time. Start again, or ask for a call.',
    forAdministrator:
      'No right code was typed within ten minutes after the text was sent, or it could not be sent in time.',
  },
  providerError: {
    forUser: 'The text message could not be sent. Ask for a call, or try again later.',
    forAdministrator:
      'The provider refused the text, failed, or could not reach Poundkey. The error code says why; npm run poundkey -- story ID says what to do.',
  },
};

const STOPPED =
  'Whoever has this phone answered STOP to the sender. That is no report of fraud; a call reaches the phone.';

/** Where the person must know why a text failed, and what helps. */
const BECAUSE: Record<TextReason | 'stoppedToName' | 'other', Partial<OutcomeText>> = {
  stopped: {
    forUser:
      'This phone refuses our text messages, since STOP was sent from it. Send START to the number that they came from and start again, or ask for a call.',
    forAdministrator: STOPPED,
  },
  // Nobody can send anything to a sender that is a name.
  stoppedToName: {
    forUser: 'This phone refuses our text messages, since STOP was sent from it. Ask for a call.',
    forAdministrator: STOPPED,
  },
  other: {},
  heldBack: {
    forUser:
      'Text messages to numbers like this one are held back for a while. Ask for a call, or try again later.',
    forAdministrator:
      'The provider suspects that texts to numbers like this one are asked for only to earn money on them (SMS pumping). The error code says for how long; npm run poundkey -- story ID says what to do.',
    askAgain: true,
  },
};

/** A verification that has ended, as far as the words depend on it. Left out: what went wrong, and the sender of its texts. */
interface Ended {
  purpose: RowPurpose;
  channel: Channel;
  errorCode?: string | null;
  lineNumber?: string | null;
}

/** The words for how a verification ended. A test of an extension that arrived verifies nothing. */
export function textOf(outcome: Outcome, { purpose, channel, ...ended }: Ended): OutcomeText {
  if (channel === 'sms')
    return { ...OUTCOMES[outcome], ...OF_TEXT[outcome], ...BECAUSE[textRefusalOf(ended) ?? 'other'] };
  if (outcome !== 'approved' || purpose !== 'testExtension') return OUTCOMES[outcome];
  return {
    ...OUTCOMES.approved,
    forUser: 'The call reached you, and your key reached us.',
    forAdministrator: 'The extension was dialed and the pound key was pressed. A test registers nothing.',
  };
}

/** Why a text was refused, where the person must know: `stopped` can be undone, `stoppedToName` cannot. */
export function textRefusalOf({
  errorCode,
  lineNumber,
}: Pick<Ended, 'errorCode' | 'lineNumber'>): ReturnType<typeof reasonOf> | 'stoppedToName' {
  const reason = reasonOf(errorCode ?? '');
  return reason === 'stopped' && !lineNumber?.startsWith('+') ? 'stoppedToName' : reason;
}

/** All outcomes, for schemas. */
export const OUTCOME_NAMES = Object.keys(OUTCOMES) as [Outcome, ...Outcome[]];
