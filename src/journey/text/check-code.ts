import { timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ReadVerification } from '../ports.ts';
import type { Decided, Verification } from '../store/rows.ts';
import { MOST_CHECKS, type TextStore } from '../store/texts.ts';
import type { Codes } from './code.ts';

/** Checks the code that a person typed; resolves to the verification, which a right one approves. */
export type CheckCode = (tenantId: string, id: string, code: string) => Promise<Verification>;

/**
 * Trigger: `POST /v1/verifications/{id}/check`. What the code follows from never changes, so it is read first; counting
 * and deciding are one update. A right code is completed before it is answered.
 */
export function createCheckCode(deps: {
  texts: Pick<TextStore, 'check'>;
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
    const checked = await deps.texts.check(verification, isRight, deps.clock.now());
    if (!checked) throw await refusalOf(tenantId, id);
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
  async function refusalOf(tenantId: string, id: string): Promise<ServiceError> {
    const { outcome, expiresAt } = await deps.readVerification(tenantId, id);
    const isOver = outcome === 'expired' || (outcome === null && expiresAt <= deps.clock.now());
    return isOver ? expired() : alreadyDecided(outcome);
  }
}

/** In constant time. */
function isSame(code: string, expected: string): boolean {
  return code.length === expected.length && timingSafeEqual(Buffer.from(code), Buffer.from(expected));
}

function noCode(): ServiceError {
  return new ServiceError(
    'code.notSent',
    'No code has been sent for this verification. Request it with the channel sms, and wait until its state is sent.',
  );
}

function wrong(checksLeft: number): ServiceError {
  const next =
    checksLeft > 0
      ? `${checksLeft} more ${checksLeft === 1 ? 'try is' : 'tries are'} left. Type the six digits of the text message.`
      : 'It was the last try. Request a new verification.';
  return new ServiceError('code.wrong', `The code is not the one that was sent. ${next}`, { checksLeft });
}

function expired(): ServiceError {
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
