/**
 * The states of a verification. Every change is one guarded update (`store/`) from one of the states that may
 * precede it; no row back means that another process did it first.
 *
 *   call  queued ──▶ dialing ──▶ ringing ──▶ answered ──▶ decided ──▶ finished
 *           ▲           │           │            │           ▲
 *           └───────────┴───────────┴────────────┘  every open state
 *   sms   queued ──▶ sending ──▶ sent ──▶ decided ──▶ finished
 *           ▲           │          │         ▲
 *           └───────────┴──────────┘  every open state
 *
 * Back to queued: the call or the text surely was not made and may be tried again; or the line was busy or nobody
 * answered, and the policy wants one more call; or the person asked for the text again; or a call takes the place of the
 * text, on the other channel from then on.
 */
export const STATES = [
  ...(['queued', 'dialing', 'ringing', 'answered'] as const),
  ...(['sending', 'sent', 'decided', 'finished'] as const),
] as const;
export type State = (typeof STATES)[number];

/** How a person is reached: by a call, or by a text message. */
export const CHANNELS = ['call', 'sms'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Why a person is called. A test of an extension records nothing but how far the call came. */
export const PURPOSES = ['register', 'signIn', 'testExtension'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The purpose of a row: those, and a message of somebody else that is passed on. It is about no user, and no backend asks for it. */
export type RowPurpose = Purpose | 'deliver';

/** The purpose of a verification of a user. @throws Error when it is a message that is passed on, which those never are */
export function ofUser(purpose: RowPurpose): Purpose {
  if (purpose !== 'deliver') return purpose;
  throw new Error('a message that is passed on was taken for a verification of a user');
}

/** Audit events that say how a verification ended: each has one of them. */
export const END_AUDIT_TYPES = [
  'verification.finished',
  'verification.fraudReported',
  'phoneMethod.registered',
] as const;
export type EndAuditType = (typeof END_AUDIT_TYPES)[number];

/** What is posted to a tenant's webhook endpoint about a finished verification. */
export const MESSAGE_TYPES = ['verification.finished', 'fraud.reported', 'challenge.locked'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/**
 * What the person does to approve: press `#`; type the two digits on the screen and `#`, or a PIN and `#`; or, for a text
 * message, type the code of the text where they asked for it.
 */
export const CHALLENGES = ['pound', 'numberMatch', 'pin', 'code'] as const;
export type Challenge = (typeof CHALLENGES)[number];
