import { maskLine } from '../../domain/mask-number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { mayTryAnotherLine } from '../../providers/failover.ts';
import type { StepResult } from '../job/advance.ts';
import type { PolicyAt, Timeouts } from '../ports.ts';
import type { Channel } from '../states.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { Placing } from '../store/rows.ts';
import type { Lines } from './lines.ts';
import { type Asked, type Attempt, EVENTS_OF, type Placed, type Way } from './way.ts';

/** The longest pause between two tries to place a call or to send a text, ms. */
const LONGEST_RETRY_MS = 60_000;

/** Asks the provider for the call or the text of an attempt that has just begun, and notes what it said. */
export type PlaceAttempt = (attempt: Placing) => Promise<StepResult>;

/** What placing needs. */
interface PlaceDeps {
  ways: Record<Channel, Way>;
  attempts: Pick<AttemptStore, 'refuse' | 'noText' | 'postpone'>;
  lines: Pick<Lines, 'lineAfter' | 'lineFor'>;
  policyAt: PolicyAt;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}

/** The attempt is recorded, with its id in every webhook address; this asks for the call or the text. */
export function createPlaceAttempt(deps: PlaceDeps): PlaceAttempt {
  return async function placeAttempt(verification) {
    const { id: verificationId, channel, attempts: number, country, wakeAt } = verification;
    if (!isAttempt(verification))
      throw new Error(`verification ${verificationId} has no attempt to place; the registry was edited`);
    const { attemptId, lineNumber } = verification;
    const way = deps.ways[channel];
    if (verification.decoy === null)
      deps.events.emit(EVENTS_OF[channel].begun, { verificationId, attemptId, attempt: number });
    // A process that stood still until now may not be the only one that dials.
    if (deps.clock.now() > later(wakeAt, -deps.timeouts.requestMs)) return giveBack(deps, verification);
    const policy = await deps.policyAt(verification.tenantId, verification.policyNow);
    const result = await way.ask(verification, policy);
    return note(
      deps,
      { verificationId, channel, attemptId, country, lineNumber, number, wakeAt },
      way,
      policy,
      result,
    );
  };
}

function isAttempt(placing: Placing): placing is Attempt {
  return placing.attemptId !== null && placing.lineNumber !== null;
}

/** The error code of an attempt that could not start in time: the provider was not asked. */
export const START_MISSED = 'startMissed';

/** Nothing was asked of the provider, so the verification may be dialed again, in another place. */
export async function giveBack(
  { attempts, clock, events }: { attempts: Pick<AttemptStore, 'postpone'>; clock: Clock; events: Events },
  { id: verificationId, attemptId, channel }: Pick<Placing, 'id' | 'attemptId' | 'channel'>,
): Promise<StepResult> {
  const now = clock.now();
  const errorCode = START_MISSED;
  if (attemptId !== null && (await attempts.postpone(attemptId, errorCode, now, now)))
    events.emit(EVENTS_OF[channel].postponed, { verificationId, attemptId, errorCode });
  return 'moved';
}

function note(
  deps: PlaceDeps,
  placed: Placed,
  way: Way,
  policy: TenantPolicy,
  result: Asked,
): Promise<StepResult> {
  if (result.kind === 'accepted') return way.accepted(placed, policy, result.id);
  const other = mayTryAnotherLine(result) ? deps.lines.lineAfter(placed.country, placed.lineNumber) : null;
  switch (result.kind) {
    case 'refused':
      return other === null
        ? refused(deps, placed, way, result)
        : putOff(deps, placed, result, { line: other, pauseMs: 0 });
    case 'tryLater': {
      const pauseMs = Math.min(LONGEST_RETRY_MS, deps.timeouts.retryMs * 2 ** (placed.number - 1));
      const next =
        other === null
          ? { line: deps.lines.lineFor(placed.country, placed.channel), pauseMs }
          : { line: other, pauseMs: 0 };
      return putOff(deps, placed, result, next);
    }
    case 'unknown':
      return lost(deps, placed, way, result.errorCode);
  }
}

async function refused(
  deps: PlaceDeps,
  placed: Placed,
  way: Way,
  refusal: Extract<Asked, { kind: 'refused' }>,
): Promise<StepResult> {
  const { verificationId, channel, attemptId } = placed;
  const { outcome, errorCode, alarm } = refusal;
  if (!(await way.insteadOf?.(placed, refusal))) {
    const now = deps.clock.now();
    if ((await deps.attempts.refuse(attemptId, { outcome, errorCode }, now)) === null)
      await deps.attempts.noText(attemptId, errorCode, now);
  }
  deps.events.emit(EVENTS_OF[channel].refused, { verificationId, attemptId, outcome, errorCode, alarm });
  return 'moved';
}

/** There is no call, so the next attempt may go out: later from the preferred line, or at once from another provider's. */
async function putOff(
  deps: PlaceDeps,
  { verificationId, channel, attemptId, lineNumber }: Placed,
  { errorCode, alarm }: { errorCode: string; alarm: boolean },
  next: { line: string; pauseMs: number },
): Promise<StepResult> {
  const now = deps.clock.now();
  const { line, pauseMs } = next;
  await deps.attempts.postpone(attemptId, errorCode, now, later(now, pauseMs), line);
  const nextLine = line === lineNumber ? {} : { nextLine: maskLine(line) };
  deps.events.emit(EVENTS_OF[channel].postponed, {
    verificationId,
    attemptId,
    errorCode,
    alarm,
    pauseMs,
    ...nextLine,
  });
  return 'moved';
}

async function lost(
  deps: PlaceDeps,
  { verificationId, channel, attemptId, wakeAt }: Placed,
  way: Way,
  errorCode: string,
) {
  deps.events.emit(EVENTS_OF[channel].lost, { verificationId, attemptId, errorCode });
  return way.afterLost(wakeAt);
}
