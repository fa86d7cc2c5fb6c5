// The entries of a story as sentences for somebody who has never seen Poundkey.

import type { EndAuditType } from '../../../src/journey/states.ts';
import { explainError } from '../../../src/ops/explain/explain-error.ts';
import type { Prompt } from '../../../src/providers/dialogue.ts';
import { NOBODY } from '../find/read-whom.ts';
import type { Entry } from './entry.ts';
import type { Story } from './read-story.ts';

type Details = Entry['details'];
type Say = (details: Details, about: Story['verification']) => string | null;

/** The sentence for an entry; null for one that another entry says better. */
export function sentenceFor(
  { at, source, what, details }: Entry,
  about: Story['verification'],
): string | null {
  const say = SENTENCES[source][what];
  const { escalatedAt } = about;
  const then = escalatedAt !== null && at < escalatedAt ? { ...about, channel: 'sms' } : about;
  return say ? say(details, then) : `${source}: ${what}.`;
}

const nth = ({ call }: Details): string => (typeof call === 'number' && call > 1 ? ` (try ${call})` : '');
const because = (code: unknown): string =>
  typeof code === 'string' ? ` ${code}: ${explainError(code).meaning}.` : '';

/** Whose a verification is; a sign-in by number of which nobody gets a text is nobody's. */
export const whose = (userId: string): string => (isNobodys(userId) ? 'nobody' : `the user ${userId}`);
/** @param userId as it is printed */
const isNobodys = (userId: string): boolean => userId === NOBODY;

const WANTED: Record<string, string> = { call: 'call', sms: 'text message' };

const STATES: Record<string, Say> = {
  queued: ({ call, instead }, { number, purpose, userId, channel }) => {
    if (instead === true) return null;
    if (call === undefined)
      return `The backend asked for a ${WANTED[channel] ?? channel} to ${number} for ${whose(userId)} (${purpose}). The verification waits for it.`;
    return channel === 'sms'
      ? `The text message is to be sent once more${nth({ call })}.`
      : `No call came of it${nth({ call })}, so the verification waits for another one.`;
  },
  dialing: () => null,
  sending: () => null,
  sent: (details, { userId }) => {
    if (isNobodys(userId)) return null;
    return details.errorCode === undefined
      ? `The provider has taken the text message${nth(details)}.`
      : `No text message went out${nth(details)}.${because(details.errorCode)} Codes of earlier ones stay valid.`;
  },
  escalated: ({ errorCode }) =>
    `A call takes the place of the text message, ${errorCode === undefined ? 'as the backend asked' : 'which could not be delivered'}. The code is not checked any more.${because(errorCode)}`,
  codeWrong: () => 'A wrong code was typed.',
  ringing: (details) => `The provider has taken the call${nth(details)}.`,
  answered: () => null,
  decided: ({ outcome, errorCode }) => `It was decided: ${outcome}.${because(errorCode)}`,
  finished: () => 'Everything that follows from that is written. The verification is finished.',
};

const PROMPTS: Record<Prompt, Say> = {
  'wrong-key': () => 'A wrong key was pressed; the person was asked again.',
  silence: () => 'No key came; the person was asked again.',
  ask: () => 'The person was asked again from the beginning.',
  'report-fraud': () => 'The person pressed 0 and was asked whether this is a fraud.',
  'report-or-stop': () =>
    'The person pressed 0 and was asked whether this is a fraud, or whether such calls should stop.',
  'fraud-reported': () =>
    'The person confirmed with # that they did not ask for this call: reported as fraud.',
  'ask-message': () => 'No key or a wrong one came; the person was asked again whether to hear the message.',
  message: () => 'The person heard the message.',
  approved: () => 'The person pressed what was asked for and heard that it worked.',
  'calls-stopped': () =>
    'The person was called by mistake and pressed 9: this number is not called any more (suppressed lists it).',
  'too-many-wrong-keys': () => 'Too many wrong keys: the person heard that and the call was ended.',
  'too-much-silence': () => 'Too long without a key: the person heard that and the call was ended.',
};

const ENDS: Record<string, string> = {
  completed: 'is over: it was answered, and somebody hung up or it was ended',
  busy: 'is over: the line was busy',
  noAnswer: 'is over: nobody answered',
  failed: 'is over: it could not be connected',
  canceled: 'was canceled before anybody answered',
};
const ANSWERED_BY: Record<string, string> = {
  human: 'A person',
  machine: 'A machine (voicemail, perhaps)',
  fax: 'A fax',
};

const CALLS: Record<string, Say> = {
  begun: ({ line, status, ...details }, { channel, userId }) =>
    isNobodys(userId)
      ? `No provider was asked for the text message${nth(details)}, which goes to nobody.`
      : `The provider was asked for the ${WANTED[channel] ?? channel}${nth(details)}, from the line ${line}.${because(details.errorCode)}${status === undefined ? '' : ` Its latest state: ${status}.`}`,
  rings: (details, { number, channel }) =>
    channel === 'sms' ? null : `The phone ${number} rang${nth(details)}.`,
  answered: ({ by, ...details }, { channel }) =>
    channel === 'sms'
      ? `The text message was delivered${nth(details)}.`
      : `${ANSWERED_BY[String(by)] ?? 'Somebody or something'} picked up${nth(details)}.`,
  over: ({ status, wrongKeys, silences, ...details }) => {
    const counts = [
      ...(Number(wrongKeys) > 0 ? [`wrong answers: ${wrongKeys}`] : []),
      ...(Number(silences) > 0 ? [`times without a key: ${silences}`] : []),
    ];
    const counted = counts.length === 0 ? '' : ` (${counts.join(', ')})`;
    return `The call${nth(details)} ${ENDS[String(status)] ?? 'never came about'}${counted}.${because(details.errorCode)}`;
  },
};

const AUDIT: Record<EndAuditType, Say> = {
  'verification.finished': ({ challengeLockedUntil }) =>
    typeof challengeLockedUntil === 'string'
      ? `Wrong answers ended too many verifications in a row: the challenge is locked until ${challengeLockedUntil}.`
      : null,
  'verification.fraudReported': ({ userBlocked, appPasswordsRevoked }) => {
    const blocked = userBlocked === true ? ' The user was blocked.' : '';
    const revoked = Number(appPasswordsRevoked) > 0 ? ` App passwords revoked: ${appPasswordsRevoked}.` : '';
    return `The report of fraud was written down.${blocked}${revoked}`;
  },
  'phoneMethod.registered': ({ appPasswordIssued }) =>
    `The phone was registered for the user${appPasswordIssued === true ? ', and an app password was issued' : ''}.`,
};

const MESSAGES: Record<string, Say> = {
  written: () => 'An outcome webhook for the backend was written.',
  'sent again': () => 'Somebody had the outcome webhook sent again.',
  delivered: ({ attempts }) => `The outcome webhook was delivered${attemptsIn(attempts)}.`,
  dead: ({ attempts, lastError }) =>
    `The outcome webhook was given up${attemptsIn(attempts)}. ${lastError ?? ''}`.trim(),
  'next attempt': ({ attempts, lastError }) =>
    `The outcome webhook will be sent${attemptsIn(attempts)}. ${lastError ?? ''}`.trim(),
};
const attemptsIn = (attempts: unknown): string =>
  Number(attempts) > 0 ? ` (attempts so far: ${attempts})` : '';

const SENTENCES: Record<Entry['source'], Record<string, Say>> = {
  state: STATES,
  prompt: PROMPTS,
  call: CALLS,
  audit: AUDIT,
  message: MESSAGES,
};
