import { hasPressedKey } from '../call/rules.ts';
import type { Verification } from '../store/rows.ts';

/** How far a call comes, in order. */
export const PROGRESS = ['queued', 'dialing', 'ringing', 'answered', 'keyPressed'] as const;

/**
 * How far the call of a verification came, as far as is known. A call that is to be placed again counts
 * from the start.
 */
export function progressOf(verification: Verification): (typeof PROGRESS)[number] {
  if (verification.attemptId === null || verification.state === 'queued') return 'queued';
  if (hasPressedKey(verification)) return 'keyPressed';
  if (wasAnswered(verification)) return 'answered';
  return verification.rangAt !== null || verification.callStatus === 'noAnswer' ? 'ringing' : 'dialing';
}

/** Twilio, Call resource: only answered calls are completed, except those that we ended ourselves. */
function wasAnswered({ outcome, answeredAt, callStatus }: Verification): boolean {
  return answeredAt !== null || (callStatus === 'completed' && outcome !== 'canceled');
}
