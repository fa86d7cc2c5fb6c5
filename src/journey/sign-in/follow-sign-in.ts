import { signInNotFound } from '../../domain/not-found.ts';
import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import type { SignInAsked } from '../../registry/sign-in-schema.ts';
import { hasEnded } from '../ended.ts';
import type { PolicyAt } from '../ports.ts';
import { type LimitOn, toCounter } from '../request/limits.ts';
import type { Counter } from '../store/admission.ts';
import { SHORTEST_LIFE_MS } from '../store/begin-attempt.ts';
import type { Verification } from '../store/rows.ts';
import type { Again } from '../store/text-again.ts';
import type { TextStore } from '../store/texts.ts';
import type { VerificationStore } from '../store/verifications.ts';
import { BETWEEN_MS } from '../text/send-again.ts';
import type { Budgets } from './budgets.ts';
import { resendAfter, statusOf } from './schemas.ts';

/** A verification that was asked for by number. */
export type SignIn = Verification & { signIn: SignInAsked };

/** Reads a tenant's own sign-in; throws `signIn.notFound` for anybody else's, as for one that never was. */
export type ReadSignIn = (tenantId: string, id: string) => Promise<SignIn>;

interface FollowDeps {
  verifications: Pick<VerificationStore, 'read' | 'cancel'>;
  texts: Pick<TextStore, 'sendSignInAgain'>;
  budgets: Budgets;
  policyAt: PolicyAt;
  completeNow: (verification: Verification) => void;
  /** Sees to it that the job runs when it is due. */
  schedule: (id: string, due: Date) => void;
  clock: Clock;
  events: Events;
}

/** Reading, canceling and sending again: the same, by the same statements, whether or not there is anybody. */
export function createFollowSignIn(deps: FollowDeps) {
  const readSignIn: ReadSignIn = async (tenantId, id) => {
    const found = await deps.verifications.read(id);
    if (found?.tenantId === tenantId && found.signIn !== null) return { ...found, signIn: found.signIn };
    throw signInNotFound();
  };

  /** Trigger: `POST /v1/sign-ins/{id}/cancel`. Canceling twice is fine. */
  async function cancelSignIn(tenantId: string, id: string): Promise<Verification> {
    const canceled = await deps.verifications.cancel(tenantId, id, deps.clock.now(), 'byNumber');
    if (canceled) {
      deps.completeNow(canceled);
      return canceled;
    }
    const signIn = await readSignIn(tenantId, id);
    const status = statusOf(signIn, deps.clock.now());
    if (status === 'canceled') return signIn;
    throw isOver(status);
  }

  /** Trigger: `POST /v1/sign-ins/{id}/resend`. Where nobody got a text, or one is still on its way, nobody is told. */
  async function sendSignInAgain(tenantId: string, id: string): Promise<Verification> {
    const signIn = await readSignIn(tenantId, id);
    const now = deps.clock.now();
    const policy = await deps.policyAt(tenantId, signIn.policyNow);
    const { country, phoneNumber: e164 } = signIn;
    const counted = { tenantId, e164, country, knownDevice: signIn.signIn.knownDevice };
    const ofDay = deps.budgets.spendingOf(counted, policy, now);
    const counters = [...deps.budgets.ofResend(counted, policy, now), ...spendingOn(signIn, ofDay)];
    const times = { now, notAfter: later(now, SHORTEST_LIFE_MS), sentBefore: later(now, -BETWEEN_MS) };
    const again = await deps.texts.sendSignInAgain(signIn, counters, times);
    if (again.kind === 'queued') return begin(again);
    const spent = again.kind === 'full' ? ofDay.find(({ name }) => name === again.counter) : undefined;
    if (again.kind === 'full' && spent) throw spent.error(again.until, now);
    throw refusalOf(await readSignIn(tenantId, id), now);
  }

  function begin({ verification, crossed }: Extract<Again, { kind: 'queued' }>): Verification {
    const { id: verificationId, tenantId, wakeAt } = verification;
    for (const { counter: limit, percent } of crossed)
      deps.events.emit('spending.thresholdReached', {
        ...{ verificationId, tenantId, limit, percent, alarm: true },
      });
    deps.schedule(verificationId, wakeAt);
    return verification;
  }

  return { readSignIn, cancelSignIn, sendSignInAgain };
}

/** A decoy costs nothing, and is refused where a text would be. */
function spendingOn({ decoy }: SignIn, ofDay: LimitOn[]): Counter[] {
  const counters = ofDay.map(toCounter);
  if (decoy === null) return counters;
  return counters.map((each) => ({ ...each, amount: 0, most: each.most - (each.amount ?? 1) }));
}

function refusalOf(signIn: Verification, now: Date): ServiceError {
  const status = statusOf(signIn, now);
  if (status !== 'pending' || signIn.outcome !== null) return isOver(status);
  const next = resendAfter(signIn, now);
  const until = next !== null && next > now ? next : signIn.expiresAt;
  return new ServiceError(
    'limit.reached',
    'The text cannot be sent again now: there are 30 s between two texts, at most five for one sign-in, as many for one number as the policy allows, and none in the last minute of the code. Wait for the time in Retry-After, or start a new sign-in.',
    { retryAfterS: Math.max(1, secondsUntil(until, now)) },
  );
}

/**
 * The error for a sign-in with which nothing more can be done.
 * @param status how it is told; `pending`: its right code was typed, and what follows from that is being written
 */
export function isOver(status: ReturnType<typeof statusOf>): ServiceError {
  if (status !== 'pending')
    return hasEnded('signIn', status, 'Nothing more can be done with it. Start a new one.');
  return new ServiceError(
    'signIn.alreadyDecided',
    'The right code was typed, and the sign-in is being completed. Read it in a second: if it is approved then, the answer to that code has the assertion.',
  );
}
