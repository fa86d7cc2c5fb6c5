import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Extension } from '../../providers/dialogue.ts';
import { type PlacedCall, ProviderError, type Providers } from '../../providers/port.ts';
import { type StepResult, watchUntil } from '../job/advance.ts';
import type { Asked, Attempt, FindLost, Placed, Way } from '../place/way.ts';
import type { Timeouts } from '../ports.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { NoteCall } from '../store/call-notes.ts';
import type { Placing } from '../store/rows.ts';

/** Addresses that the provider calls back for one attempt. */
export type CallAddresses = (call: { attemptId: string; locale: string }) => {
  answer: string;
  fallback: string;
  status: string;
  machine: string;
};

/** What calls need. */
interface CallDeps {
  attempts: Pick<AttemptStore, 'nameLateCall'>;
  noteCall: NoteCall;
  providers: Pick<Providers, 'placeCall' | 'endCall'>;
  addresses: CallAddresses;
  timeouts: Timeouts;
  clock: Clock;
  events: Events;
}

/** Reaches a person by a call. */
export function createCallWay(deps: CallDeps): Way {
  return {
    ask: (attempt, policy) => ask(deps, attempt, policy),
    accepted: (placed, policy, callId) => accepted(deps, placed, policy, callId),
    afterLost: watchUntil,
  };
}

async function ask(
  { providers, addresses, clock }: CallDeps,
  attempt: Attempt,
  policy: TenantPolicy,
): Promise<Asked> {
  const { attemptId, phoneNumber, lineNumber, locale, extension } = attempt;
  const result = await providers.placeCall({
    attemptId,
    to: phoneNumber,
    from: lineNumber,
    webhooks: addresses({ attemptId, locale }),
    ringTimeoutS: ringsFor(attempt, policy, clock.now()),
    timeLimitS: policy.callTimeLimitS,
    detectMachine: policy.machineDetection && extension === null,
    sendDigits: tonesFor(attempt),
  });
  return result.kind === 'accepted' ? { kind: 'accepted', id: result.callId } : result;
}

/** How long the network takes until a phone rings, ms; it is not part of the time for which a phone may ring. */
const UNTIL_IT_RINGS_MS = 2_000;

/** A message of somebody else is worth nothing when its time is over, so its phone must not ring on. */
function ringsFor({ purpose, expiresAt }: Placing, { ringTimeoutS }: TenantPolicy, now: Date): number {
  if (purpose !== 'deliver') return ringTimeoutS;
  return Math.min(
    ringTimeoutS,
    Math.max(1, Math.floor((expiresAt.getTime() - now.getTime() - UNTIL_IT_RINGS_MS) / 1000)),
  );
}

function tonesFor({ extension, pauseBeforeS, pauseAfterS }: Placing): Extension | null {
  if (extension === null) return null;
  return { pauseBeforeS: pauseBeforeS ?? 0, digits: extension, pauseAfterS: pauseAfterS ?? 0 };
}

/** Finds calls that were lost. An adopted call whose verification is over must not ring on. */
export function createFindCalls(
  deps: Pick<CallDeps, 'attempts' | 'noteCall' | 'timeouts' | 'clock' | 'events'> & {
    providers: Pick<Providers, 'findCalls' | 'endCall'>;
  },
): FindLost {
  return {
    find: async (search) => (await deps.providers.findCalls(search)).map(({ callId }) => callId),
    async adopt({ id: verificationId, attemptId, lineNumber }, callId) {
      const at = deps.clock.now();
      const wakeAt = later(at, deps.timeouts.watchMs);
      const noted = await deps.noteCall({ attemptId, callId, progress: null, at, wakeAt });
      if (noted === null || noted.state === 'finished')
        await endUnwanted(deps, verificationId, attemptId, { callId, lineNumber });
      deps.events.emit('call.adopted', { verificationId, attemptId });
    },
  };
}

async function accepted(
  deps: CallDeps,
  { verificationId, attemptId, lineNumber }: Placed,
  { ringTimeoutS }: TenantPolicy,
  callId: string,
): Promise<StepResult> {
  const at = deps.clock.now();
  const wakeAt = later(at, ringTimeoutS * 1000 + deps.timeouts.watchMs);
  const noted = await deps.noteCall({ attemptId, callId, progress: null, at, wakeAt });
  deps.events.emit('call.placed', { verificationId, attemptId });
  if (noted === null || noted.state === 'finished')
    await endUnwanted(deps, verificationId, attemptId, { callId, lineNumber });
  // Whoever decided could not end a call that was not known yet.
  const isOnCall = noted?.state === 'ringing' || noted?.state === 'answered';
  return isOnCall ? watchUntil(noted.wakeAt) : 'moved';
}

/**
 * Ends a call that must not ring on, since the verification was dialed again or finished while the provider was asked, and
 * keeps its name.
 */
async function endUnwanted(
  deps: {
    attempts: Pick<AttemptStore, 'nameLateCall'>;
    providers: Pick<Providers, 'endCall'>;
    events: Events;
  },
  verificationId: string,
  attemptId: string,
  call: PlacedCall,
): Promise<void> {
  await deps.attempts.nameLateCall(attemptId, call.callId);
  await deps.providers.endCall(call).catch((error: unknown) => {
    if (!(error instanceof ProviderError)) throw error;
    deps.events.emit('call.lost', { verificationId, attemptId, errorCode: error.errorCode });
  });
}
