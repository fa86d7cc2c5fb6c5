import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import { hasEnded } from '../ended.ts';
import type { PolicyAt, ReadVerification } from '../ports.ts';
import type { Counted, RequestLimits } from '../request/limits.ts';
import { tellAlarms } from '../request/tell-alarms.ts';
import { SHORTEST_LIFE_MS } from '../store/begin-attempt.ts';
import type { Verification } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';

/** Between two texts of one verification, ms. */
export const BETWEEN_MS = 30_000;

/** Sends the text of a verification once more, with the same code; resolves to the verification. */
export type SendAgain = (tenantId: string, id: string) => Promise<Verification>;

/** Trigger: `POST /v1/verifications/{id}/resend`. The code stays valid until ten minutes after the first text. */
export function createSendAgain(deps: {
  texts: Pick<TextStore, 'sendAgain'>;
  limits: Pick<RequestLimits, 'againCounters' | 'errorFor' | 'hold'>;
  readVerification: ReadVerification;
  policyAt: PolicyAt;
  /** Sees to it that the job runs when it is due. */
  schedule: (verificationId: string, due: Date) => void;
  clock: Clock;
  events: Events;
}): SendAgain {
  return async function sendAgain(tenantId, id) {
    const verification = await deps.readVerification(tenantId, id);
    const policy = await deps.policyAt(tenantId, verification.policyNow);
    const now = deps.clock.now();
    const times = {
      now,
      notAfter: later(now, SHORTEST_LIFE_MS),
      sentBefore: later(now, -BETWEEN_MS),
    };
    const counted = countedOf(verification);
    const counters = deps.limits.againCounters(counted, policy, now);
    const again = await deps.texts.sendAgain(verification, counters, times);
    if (again.kind === 'gone') throw refusalOf(await deps.readVerification(tenantId, id), now);
    if (again.kind === 'full') throw deps.limits.errorFor(counted, policy, again, now);
    deps.events.emit('text.again', { verificationId: id, tenantId });
    deps.schedule(id, now);
    await tellAlarms(deps, verification, again.crossed, { counted, policy });
    return again.verification;
  };

  function refusalOf(
    { channel, state, outcome, dialedAt, expiresAt }: Verification,
    now: Date,
  ): ServiceError {
    if (channel !== 'sms') return notSent('It is a verification by call.');
    if (outcome !== null) return hasEnded('verification', outcome, 'Request a new one to get a new code.');
    if (state !== 'sent' || dialedAt === null) return notSent('The text is still being sent.');
    const next = later(dialedAt, BETWEEN_MS);
    if (next > now) return tooSoon(secondsUntil(next, now));
    return tooSoon(Math.max(1, secondsUntil(expiresAt, now)));
  }
}

/** As its request was counted. */
function countedOf({ tenantId, userId, purpose, phoneNumber, extension, country }: Verification): Counted {
  const phone = { e164: phoneNumber, extension, country };
  return { tenantId, userId, purpose, channel: 'sms', phone };
}

function notSent(why: string): ServiceError {
  return new ServiceError('code.notSent', `${why} Only a text that was sent can be sent again.`);
}

function tooSoon(retryAfterS: number): ServiceError {
  return new ServiceError(
    'limit.reached',
    'The text cannot be sent again now: there are 30 s between two texts, at most five for one verification, and none in the last minute of the code. Wait for the time in Retry-After, or request a call.',
    { retryAfterS },
  );
}
