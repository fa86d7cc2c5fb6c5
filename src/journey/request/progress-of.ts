import { hasPressedKey } from '../call/rules.ts';
import type { Verification } from '../store/rows.ts';

/** How far a call or a text message comes, in order. */
export const PROGRESS = [
  ...(['queued', 'dialing', 'ringing', 'answered', 'keyPressed'] as const),
  ...(['sending', 'sent', 'delivered'] as const),
] as const;
type Progress = (typeof PROGRESS)[number];

/**
 * How far the call or the text of a verification came, as far as is known. A call that is to be placed again counts
 * from the start.
 */
export function progressOf(verification: Verification): Progress {
  if (verification.channel === 'sms') return progressOfText(verification);
  if (verification.attemptId === null || verification.state === 'queued') return 'queued';
  if (hasPressedKey(verification)) return 'keyPressed';
  if (wasAnswered(verification)) return 'answered';
  return verification.rangAt !== null || verification.callStatus === 'noAnswer' ? 'ringing' : 'dialing';
}

/** Twilio, Call resource: only answered calls are completed, except those that we ended ourselves. */
function wasAnswered({ outcome, answeredAt, callStatus }: Verification): boolean {
  return answeredAt !== null || (callStatus === 'completed' && outcome !== 'canceled');
}

/** Many networks never tell that a text was delivered. */
function progressOfText({ attemptId, state, callStatus, callId }: Verification): Progress {
  if (attemptId === null || state === 'queued') return 'queued';
  if (callStatus === 'delivered') return 'delivered';
  return state === 'sent' || callId !== null ? 'sent' : 'sending';
}
