import { OUTCOME_NAMES, type OutcomeText, textOf } from '../../../src/journey/outcomes.ts';
import { CHANNELS, PURPOSES } from '../../../src/journey/states.ts';
import { explainError } from '../../../src/ops/explain/explain-error.ts';
import type { Found } from './read-found.ts';
import { sayDecoy } from './say-decoy.ts';
import { durationOf } from './time-of.ts';

/** What of a verification says how far it is. */
export type FoundVerification = Pick<
  Found['verifications'][number],
  | 'state'
  | 'purpose'
  | 'channel'
  | 'outcome'
  | 'errorCode'
  | 'callError'
  | 'wakeAt'
  | 'dialedAt'
  | 'pausedUntil'
  | 'attempts'
  | 'expiresAt'
> & { decoy?: string | null };

/** What is the case, and what to do; null: nothing. */
interface Why {
  says: string;
  action: string | null;
}

/** How long a verification may be due before that is worth an alarm, ms: the sweeper makes up for a lost job by then. */
const OVERDUE_MS = 30_000;
/** How long a provider may take for its answer before that is worth a word, ms. */
const SLOW_ANSWER_MS = 15_000;

const NOBODY_TAKES_IT =
  'Either the queue cannot be reached (npm run poundkey -- check asks it), or no worker process runs, or, for a call, as many calls are live as LIVE_CALLS allows. Nothing is lost: it goes on as soon as that is mended, until it expires.';
const NOBODY_TOOK_IT =
  'Either the queue was away (npm run poundkey -- check asks it; the log has registry or queue in its warnings), or no worker process ran, or, for a call, as many calls were live as LIVE_CALLS allows (npm run poundkey -- waiting says whether others wait now). Once that is mended, the user asks again.';

/** What became of a verification, and what to do, in words. */
export function whyOf(verification: FoundVerification, now: Date): Why {
  const { state, purpose, channel, outcome, callError, decoy } = verification;
  if (decoy) return sayDecoy(decoy);
  if (outcome !== null) {
    const cause = causeOf(verification);
    const words = `${outcome}. ${wordsFor(outcome, purpose, channel)?.forAdministrator ?? ''}`;
    return { says: cause ? `${words} ${cause.says}` : words, action: cause?.action ?? null };
  }
  if (state === 'queued') return whyQueued(verification, now);
  if (state === 'dialing' || state === 'sending') return whyInDoubt(verification, now);
  if (state === 'sent')
    return {
      says: `the text message was sent; the code can be typed until ${verification.expiresAt.toISOString()}.`,
      action: null,
    };
  const known = callError === null ? '' : ` The provider reported ${explained(callError).says}`;
  return { says: `the call is going on (${state}).${known}`, action: null };
}

/** Why a verification ended as it did, and what to do; null: the outcome says it all. */
export function causeOf({
  outcome,
  errorCode,
  attempts,
  channel,
}: Pick<FoundVerification, 'outcome' | 'errorCode' | 'attempts' | 'channel'>): Why | null {
  if (errorCode !== null) return explained(errorCode);
  if (outcome !== 'expired' || attempts > 0) return null;
  return {
    says:
      channel === 'sms'
        ? 'No text message was tried: no worker process took it up.'
        : 'No call was tried: no worker process took it up, or none had room for it.',
    action: NOBODY_TOOK_IT,
  };
}

/** The words for an outcome as the registry has it; null for one of a newer version. */
export function wordsFor(outcome: string, purpose: string, channel: string): OutcomeText | null {
  const known = OUTCOME_NAMES.find((name) => name === outcome);
  const wanted = PURPOSES.find((name) => name === purpose);
  const reached = CHANNELS.find((name) => name === channel);
  return known && wanted && reached ? textOf(known, { purpose: wanted, channel: reached }) : null;
}

function explained(code: string): Why {
  const { meaning, action } = explainError(code);
  return { says: `${code}: ${meaning}.`, action };
}

function whyQueued(verification: FoundVerification, now: Date): Why {
  const { wakeAt, attempts, callError, pausedUntil, channel } = verification;
  const dueMs = now.getTime() - wakeAt.getTime();
  if (dueMs > OVERDUE_MS) return whyDue(verification, dueMs);
  if (callError !== null && attempts > 0) {
    const { says, action } = explained(callError);
    return { says: `the last try was put off. ${says} The next is at ${wakeAt.toISOString()}.`, action };
  }
  if (dueMs >= 0) return whyDue(verification, dueMs);
  const until = `in ${Math.round(-dueMs / 1000)} s`;
  if (pausedUntil !== null && pausedUntil > now)
    return {
      says: `waits because earlier calls or text messages to this number were not wanted; its ${wantedIn(channel)} is ${until}.`,
      action: 'Nothing: an approval ends such waiting. Ask the user whether the number is right.',
    };
  return { says: `waits for its place on the caller line, ${until}.`, action: null };
}

/** What a verification waits for, in words. */
export const wantedIn = (channel: string): string => (channel === 'sms' ? 'text message' : 'call');

function whyDue({ expiresAt, channel }: FoundVerification, dueMs: number): Why {
  const wanted = wantedIn(channel);
  if (dueMs > OVERDUE_MS)
    return {
      says: `accepted, but its ${wanted} has been due for ${Math.round(dueMs / 1000)} s and nobody has taken it up (overdue in the queue); it expires at ${expiresAt.toISOString()}.`,
      action: NOBODY_TAKES_IT,
    };
  return {
    says: `its ${wanted} has been due for ${Math.round(dueMs / 1000)} s, and no worker process has taken it up yet.`,
    action: `Look again in some seconds: a job that was lost is added again within 30 s. If it is still due then: ${NOBODY_TAKES_IT}`,
  };
}

function whyInDoubt({ dialedAt, channel }: FoundVerification, now: Date): Why {
  const wanted = wantedIn(channel);
  if (dialedAt === null)
    return { says: `the provider is being asked for the ${wanted} right now.`, action: null };
  const forMs = now.getTime() - dialedAt.getTime();
  return {
    says: `the provider has been asked for the ${wanted} for ${durationOf(forMs)}, since ${dialedAt.toISOString()}.`,
    action:
      forMs > SLOW_ANSWER_MS
        ? 'The provider is slow, or its answer was lost. npm run poundkey -- check asks it. Poundkey looks for the call or text message by itself.'
        : null,
  };
}
