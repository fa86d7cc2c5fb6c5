import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import { hasEnded } from '../ended.ts';
import type { ReadVerification } from '../ports.ts';
import type { RequestLimits } from '../request/limits.ts';
import { SHORTEST_LIFE_MS } from '../store/attempts.ts';
import type { Verification } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';

/** Between two texts of one verification, ms. */
export const BETWEEN_MS = 30_000;

/** Sends the text of a verification once more, with the same code; resolves to the verification. */
export type SendAgain = (tenantId: string, id: string) => Promise<Verification>;

/** Trigger: `POST /v1/verifications/{id}/resend`. The code stays valid until ten minutes after the first text. */
export function createSendAgain(deps: {
  texts: Pick<TextStore, 'sendAgain'>;
  textCounter: RequestLimits['textCounter'];
  readVerification: ReadVerification;
  /** Sees to it that the job runs when it is due. */
  schedule: (verificationId: string, due: Date) => void;
  clock: Clock;
  events: Events;
}): SendAgain {
  return async function sendAgain(tenantId, id) {
    const verification = await deps.readVerification(tenantId, id);
    const now = deps.clock.now();
    const times = {
      now,
      notAfter: later(now, SHORTEST_LIFE_MS),
      sentBefore: later(now, -BETWEEN_MS),
    };
    const counter = deps.textCounter(verification, now);
    const queued = await deps.texts.sendAgain(verification, [counter], times);
    if (!queued) throw refusalOf(await deps.readVerification(tenantId, id), now);
    deps.events.emit('text.again', { verificationId: id, tenantId });
    deps.schedule(id, now);
    return queued;
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

function notSent(why: string): ServiceError {
  return new ServiceError('code.notSent', `${why} Only a text that was sent can be sent again.`);
}

function tooSoon(retryAfterS: number): ServiceError {
  return new ServiceError(
    'limit.reached',
    'The text cannot be sent again now: there are 30 s between two texts, at most five for one verification and for one number in ten minutes, and none in the last minute of the code. Wait for the time in Retry-After, or request a call.',
    { retryAfterS },
  );
}
