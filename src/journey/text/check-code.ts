import { timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, secondsUntil } from '../../platform/clock.ts';
import type { ReadVerification } from '../ports.ts';
import type { RequestLimits } from '../request/limits.ts';
import type { Counter } from '../store/admission.ts';
import { MOST_CHECKS } from '../store/code-checks.ts';
import type { Decided, Verification } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';
import type { Codes } from './code.ts';

/** Checks the code that a person typed; resolves to the verification, which a right one approves. */
export type CheckCode = (tenantId: string, id: string, code: string) => Promise<Verification>;

/**
 * Trigger: `POST /v1/verifications/{id}/check`. What the code follows from never changes, so it is read first; counting
 * and deciding are one update. A right code is completed before it is answered.
 */
export function createCheckCode(deps: {
  texts: Pick<TextStore, 'check' | 'wrongCodesUntil'>;
  wrongCodes: RequestLimits['wrongCodes'];
  codes: Codes;
  readVerification: ReadVerification;
  complete: (verification: Decided) => Promise<void>;
  /** Completes in the background what nobody waits for. */
  completeNow: (verification: Decided) => void;
  clock: Clock;
  events: Events;
}): CheckCode {
  return async function checkCode(tenantId, id, code) {
    const verification = await deps.readVerification(tenantId, id);
    if (verification.channel !== 'sms' || verification.attempts === 0) throw noCode();
    const isRight = isSame(code, deps.codes.codeOf(verification));
    const now = deps.clock.now();
    const budget = deps.wrongCodes(verification, now);
    const checked = await deps.texts.check({ verification, isRight, budget }, now);
    if (!checked) throw await refusalOf(tenantId, id, budget);
    if (isRight) {
      deps.events.emit('code.right', { verificationId: id, tenantId });
      await deps.complete(checked);
      return deps.readVerification(tenantId, id);
    }
    deps.events.emit('code.wrong', { verificationId: id, tenantId, wrongCodes: checked.wrongKeys });
    if (checked.state === 'decided') deps.completeNow(checked);
    throw wrong(MOST_CHECKS - checked.wrongKeys);
  };

  /** Why a code could not be checked, by what the verification is now. */
  async function refusalOf(tenantId: string, id: string, budget: Counter): Promise<ServiceError> {
    const { outcome, expiresAt } = await deps.readVerification(tenantId, id);
    const now = deps.clock.now();
    if (outcome === 'expired' || (outcome === null && expiresAt <= now)) return expired();
    const until = outcome === null ? await deps.texts.wrongCodesUntil(budget, now) : null;
    return until === null ? alreadyDecided(outcome) : tooManyWrong(secondsUntil(until, now));
  }
}

/** In constant time. */
export function isSame(code: string, expected: string): boolean {
  return code.length === expected.length && timingSafeEqual(Buffer.from(code), Buffer.from(expected));
}

function noCode(): ServiceError {
  return new ServiceError(
    'code.notSent',
    'No code has been sent for this verification. Request it with the channel sms, and wait until its state is sent.',
  );
}

/** Of all verifications of a number for one purpose: see `wrong-codes.ts`. */
function tooManyWrong(retryAfterS: number): ServiceError {
  return new ServiceError(
    'limit.reached',
    'Too many wrong codes were typed for this number in the last day, in this and other verifications, so no code is checked. Wait for the time in Retry-After, or request a call.',
    { retryAfterS },
  );
}

/** @param checksLeft how many codes may still be checked */
export function wrong(checksLeft: number): ServiceError {
  const next =
    checksLeft > 0
      ? `${checksLeft} more ${checksLeft === 1 ? 'try is' : 'tries are'} left. Type the six digits of the text message.`
      : 'It was the last try. Request a new verification.';
  return new ServiceError('code.wrong', `The code is not the one that was sent. ${next}`, { checksLeft });
}

/** The error for a code that came too late. */
export function expired(): ServiceError {
  return new ServiceError(
    'code.expired',
    'The code is no longer valid: it expires ten minutes after it was first sent. Request a new verification, by text message or by call.',
  );
}

function alreadyDecided(outcome: Verification['outcome']): ServiceError {
  return new ServiceError(
    'verification.alreadyDecided',
    outcome === null
      ? 'The user was blocked or has no longer this phone, so the code is not checked.'
      : `The verification has ended as ${outcome}, so no code is checked any more. Read the verification.`,
  );
}
