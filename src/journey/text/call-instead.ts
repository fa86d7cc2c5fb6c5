import { ServiceError } from '../../errors.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import { hasEnded } from '../ended.ts';
import type { PolicyAt, ReadVerification } from '../ports.ts';
import type { Verification } from '../store/rows.ts';
import type { Escalate } from './escalate.ts';

/** Has the phone called instead of texted, in the same verification; resolves to the verification. */
export type CallInstead = (tenantId: string, id: string) => Promise<Verification>;

/** Trigger: `POST /v1/verifications/{id}/call-instead`. Asking twice is fine: there is one call. */
export function createCallInstead(deps: {
  escalate: Escalate;
  readVerification: ReadVerification;
  policyAt: PolicyAt;
  /** Sees to it that the job runs when it is due. */
  schedule: (verificationId: string, due: Date) => void;
  clock: Clock;
}): CallInstead {
  return async function callInstead(tenantId, id) {
    const verification = await deps.readVerification(tenantId, id);
    if (isOnItsWay(verification)) return verification;
    refuseOthers(verification);
    const result = await deps.escalate(verification, { kind: 'asked' });
    if (result.kind === 'call') {
      deps.schedule(id, result.verification.wakeAt);
      return result.verification;
    }
    if (result.error) throw result.error;
    return afterwards(await deps.readVerification(tenantId, id));
  };

  /** Somebody was there first, or the text was sent too short a time ago. */
  async function afterwards(verification: Verification): Promise<Verification> {
    if (isOnItsWay(verification)) return verification;
    refuseOthers(verification);
    const { tenantId, policyNow, state, attempts, dialedAt } = verification;
    if (attempts === 0 || state === 'sending' || dialedAt === null)
      throw notSent('The text is still being sent.');
    const { afterS } = (await deps.policyAt(tenantId, policyNow)).textMessage.escalation;
    throw tooSoon(afterS, Math.max(1, secondsUntil(later(dialedAt, afterS * 1000), deps.clock.now())));
  }
}

function isOnItsWay({ escalatedAt, outcome }: Verification): boolean {
  return escalatedAt !== null && outcome === null;
}

/** Wrong codes would count for nothing if a call followed them, so that guessing could go on for ever. */
function refuseOthers({ channel, outcome, wrongKeys }: Verification): void {
  if (outcome !== null) throw hasEnded('verification', outcome, 'Request a new one by call.');
  if (channel !== 'sms') throw notSent('It is a verification by call.');
  if (wrongKeys > 0)
    throw new ServiceError(
      'code.alreadyTyped',
      'A wrong code was typed, so a text has arrived, and no call follows it. Type the code again, or cancel the verification and request one by call.',
    );
}

function notSent(why: string): ServiceError {
  return new ServiceError('code.notSent', `${why} Only a text that was sent can be followed by a call.`);
}

function tooSoon(afterS: number, retryAfterS: number): ServiceError {
  return new ServiceError(
    'limit.reached',
    `A call can follow ${afterS} s after the text was sent, so that the text has time to arrive. Wait for the time in Retry-After.`,
    { retryAfterS },
  );
}
