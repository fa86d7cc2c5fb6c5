import { hasPressedKey } from '../call/rules.ts';
import type { CallAttempt, Verification } from '../store/rows.ts';

/** How far a call comes, in order. */
export const PROGRESS = ['queued', 'dialing', 'ringing', 'answered', 'keyPressed'] as const;

/**
 * How far the call of a verification came: the furthest that was heard of. A call that is to be placed again counts
 * from the start.
 * @param attempt the attempt that counts, or null before the first
 */
export function progressOf(
  verification: Pick<Verification, 'state' | 'outcome'>,
  attempt: CallAttempt | null,
): (typeof PROGRESS)[number] {
  if (attempt === null || verification.state === 'queued') return 'queued';
  if (hasPressedKey(attempt)) return 'keyPressed';
  if (wasAnswered(verification, attempt)) return 'answered';
  return attempt.rangAt !== null || attempt.status === 'noAnswer' ? 'ringing' : 'dialing';
}

/** Twilio, Call resource: only answered calls are completed, except those that we ended ourselves. */
function wasAnswered({ outcome }: Pick<Verification, 'outcome'>, attempt: CallAttempt): boolean {
  return attempt.answeredAt !== null || (attempt.status === 'completed' && outcome !== 'canceled');
}
