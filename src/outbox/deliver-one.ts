import type { Logger } from '../log.ts';
import { type Clock, later } from '../platform/clock.ts';
import type { AttemptDelivery } from './attempt-delivery.ts';
import { nextAttempt } from './backoff.ts';
import type { AttemptResult } from './outbox-store.ts';
import type { ClaimedMessage } from './written-message.ts';

/** What one attempt is made of. `timeLimitMs`: how long it takes at most. */
export interface DeliverOneDeps {
  attempt: AttemptDelivery;
  timeLimitMs: number;
  clock: Clock;
  log: Logger;
}

/** Tries to deliver one message and says what is to be recorded. Makes no attempt that might outlast the lease. */
export function createDeliverOne(deps: DeliverOneDeps): (message: ClaimedMessage) => Promise<AttemptResult> {
  const { attempt, clock, timeLimitMs } = deps;
  return async (message) => {
    const begin = clock.now();
    if (later(begin, timeLimitMs) > message.leaseUntil) return untried(message, begin);
    const failure = await attempt(message);
    const now = clock.now();
    if (failure === null) return { message, deliveredAt: now };
    const { attempts, createdAt, resentAt } = message;
    const next = failure.final ? null : nextAttempt({ attempts, since: resentAt ?? createdAt }, now);
    report(deps.log, message, failure.reason, next);
    const when = next === null ? { deadAt: now } : { nextAttemptAt: next };
    return { message, reason: failure.reason, ...when };
  };
}

/** What is recorded of a message that was claimed and cannot be tried here: any process may claim it at once. */
export function untried(message: ClaimedMessage, now: Date): AttemptResult {
  return { message, nextAttemptAt: now, untried: true };
}

function report(log: Logger, message: ClaimedMessage, reason: string, next: Date | null): void {
  const { id: messageId, tenantId, verificationId, attempts } = message;
  const line = { messageId, tenantId, verificationId, attempts, reason };
  if (next !== null) log.info({ ...line, next }, 'outcome webhook not delivered; it will be tried again');
  else
    log.error(
      { ...line, event: 'webhook.dead', alarm: true },
      `outcome webhook not delivered after ${attempts} attempts; it is dead now and no longer tried`,
    );
}
