import { OUTCOME_NAMES, type OutcomeText, textOf } from '../../../src/journey/outcomes.ts';
import { PURPOSES } from '../../../src/journey/states.ts';
import { explainError } from '../../../src/service/explain-error.ts';
import type { Found } from './read-found.ts';

/** What of a verification says how far it is. */
type FoundVerification = Pick<
  Found['verifications'][number],
  'state' | 'purpose' | 'outcome' | 'errorCode' | 'callError' | 'wakeAt' | 'attempts' | 'expiresAt'
>;

/** How long a verification may be due before that is worth a word, ms: the sweeper makes up for a lost job by then. */
const OVERDUE_MS = 30_000;

/** What became of a verification, and what to do, in words. */
export function whyOf(verification: FoundVerification, now: Date): { says: string; action: string | null } {
  const { state, purpose, outcome, errorCode, callError } = verification;
  if (outcome !== null) {
    const explained = errorCode === null ? null : explainError(errorCode);
    const because = explained ? ` ${errorCode}: ${explained.meaning}.` : '';
    return {
      says: `${outcome}. ${wordsFor(outcome, purpose)?.forAdministrator ?? ''}${because}`,
      action: explained?.action ?? null,
    };
  }
  if (state === 'queued') return whyQueued(verification, now);
  if (state === 'dialing')
    return { says: 'the provider is being asked for the call right now.', action: null };
  const known =
    callError === null ? '' : ` The provider reported ${callError}: ${explainError(callError).meaning}.`;
  return { says: `the call is going on (${state}).${known}`, action: null };
}

/** The words for an outcome as the registry has it; null for one of a newer version. */
export function wordsFor(outcome: string, purpose: string): OutcomeText | null {
  const known = OUTCOME_NAMES.find((name) => name === outcome);
  const wanted = PURPOSES.find((name) => name === purpose);
  return known && wanted ? textOf(known, wanted) : null;
}

function whyQueued({ wakeAt, attempts, callError, expiresAt }: FoundVerification, now: Date) {
  const overdueMs = now.getTime() - wakeAt.getTime();
  if (overdueMs > OVERDUE_MS)
    return {
      says: `accepted, but its call has been due for ${Math.round(overdueMs / 1000)} s and nobody has taken it up (overdue in the queue); it expires at ${expiresAt.toISOString()}.`,
      action:
        'Either the queue cannot be reached (npm run poundkey -- check asks it), or no worker process runs, or as many calls are live as LIVE_CALLS allows. Nothing is lost: it is called as soon as that is mended, until it expires.',
    };
  if (callError !== null && attempts > 0) {
    const { meaning, action } = explainError(callError);
    return {
      says: `the last try was put off. ${callError}: ${meaning}. The next is at ${wakeAt.toISOString()}.`,
      action,
    };
  }
  const inS = Math.max(0, Math.round(-overdueMs / 1000));
  return { says: `waits for its place on the caller line, in ${inS} s.`, action: null };
}
