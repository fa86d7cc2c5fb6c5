// Why a code is not taken.
import { ServiceError } from '../../errors.ts';
import { hasEnded } from '../ended.ts';
import type { Verification } from '../store/rows.ts';

/** Why a code could not be checked, by what the verification is now. */
export function refusalOf(verification: Verification, now: Date): ServiceError {
  const { outcome, expiresAt, escalatedAt } = verification;
  if (escalatedAt !== null) return afterCall(verification);
  const isOver = outcome === 'expired' || (outcome === null && expiresAt <= now);
  return isOver ? expired() : notChecked(outcome);
}

/** The error where there is no code to check. */
export function noCode(): ServiceError {
  return new ServiceError(
    'code.notSent',
    'No code has been sent for this verification. Request it with the channel sms, and wait until its state is sent.',
  );
}

/** One way at a time approves: with the call the code of the text has ended, however late the text comes. */
export function afterCall({ outcome }: Verification): ServiceError {
  if (outcome !== null) return notChecked(outcome);
  return new ServiceError(
    'code.replacedByCall',
    'A call has taken the place of the text message, so its code is not checked any more. Answer the phone and press what the call asks for.',
  );
}

/** The error for a wrong code. @param checksLeft how many codes may still be checked */
export function wrong(checksLeft: number): ServiceError {
  const next =
    checksLeft > 0
      ? `${checksLeft} more ${checksLeft === 1 ? 'try is' : 'tries are'} left. Type the six digits of the text message.`
      : 'It was the last try. Request a new verification.';
  return new ServiceError('code.wrong', `The code is not the one that was sent. ${next}`, { checksLeft });
}

/** Of all verifications of a number for one purpose: see `wrong-codes.ts`. */
export function tooManyWrong(retryAfterS: number): ServiceError {
  return new ServiceError(
    'limit.reached',
    'Too many wrong codes were typed for this number in the last day, in this and other verifications, so no code is checked. Wait for the time in Retry-After, or request a call.',
    { retryAfterS },
  );
}

/** The error for a code that came too late. */
export function expired(): ServiceError {
  return new ServiceError(
    'code.expired',
    'The code is no longer valid: it expires ten minutes after it was first sent. Request a new verification, by text message or by call.',
  );
}

function notChecked(outcome: Verification['outcome']): ServiceError {
  if (outcome !== null)
    return hasEnded('verification', outcome, 'No code is checked any more. Read the verification.');
  return new ServiceError(
    'verification.alreadyDecided',
    'The user was blocked or no longer has this phone, so the code is not checked.',
  );
}
