import type { ParsedNumber } from '../../domain/number.ts';
import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { TextFailure } from '../../providers/text-port.ts';
import type { Lines } from '../place/lines.ts';
import { type CheckInput, firstRefusal } from '../request/checks.ts';
import { chooseChallenge } from '../request/choose-challenge.ts';
import { patienceMs, type RequestLimits } from '../request/limits.ts';
import type { LookUp } from '../request/look-up.ts';
import { refusalOf } from '../request/refusal-of.ts';
import { tellAlarms } from '../request/tell-alarms.ts';
import type { Cause, EscalateStore } from '../store/escalation.ts';
import type { ReadFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';

/** How a text may fail so that a call may still reach the person: not if the number is none, or nobody may be reached there. */
export const MENDED_BY_CALL: readonly (TextFailure | null)[] = ['undelivered', 'unreachable'];

/** What became of it; `refused` null: somebody was there first, or there is no text to take the place of. */
type Escalated =
  | { kind: 'call'; verification: Verification }
  | { kind: 'refused'; error: ServiceError | null };

/** Puts a call in the place of the text of a verification, if the policy and every rule about calls allow it. */
export type Escalate = (verification: Verification, cause: WantedFor) => Promise<Escalated>;

/** Why; of a text that somebody waits for, the policy says how long it must have been sent. */
type WantedFor = Exclude<Cause, { kind: 'asked' }> | { kind: 'asked' };

/** What it needs. */
export interface EscalateDeps {
  escalations: Pick<EscalateStore, 'escalate'>;
  readFacts: ReadFacts;
  lookUp: LookUp;
  limits: Pick<RequestLimits, 'callCounters' | 'hashesOf' | 'errorFor' | 'tooSoon' | 'hold'>;
  lines: Pick<Lines, 'lineFor' | 'slotWithin' | 'tooBusy'>;
  verifications: Pick<VerificationStore, 'openId'>;
  clock: Clock;
  events: Events;
}

/**
 * The call is checked as if it were requested now, and asks for what the policy asks of calls. It counts for the daily limits,
 * and not again for those of user and number, since it is the same verification.
 */
export function createEscalate(deps: EscalateDeps): Escalate {
  return async function escalate(verification, wantedFor) {
    const { id: verificationId, tenantId, userId } = verification;
    const now = deps.clock.now();
    const facts = await deps.readFacts.ofUser({ tenantId, userId, verificationId }, now);
    if (facts === null) return { kind: 'refused', error: null };
    const input = await deps.lookUp.forCall({ ...verification, channel: 'call' }, facts);
    const { toCall, afterS } = input.policy.textMessage.escalation;
    const error = toCall ? firstRefusal(input) : notAllowed();
    if (error) return { kind: 'refused', error };
    const cause: Cause =
      wantedFor.kind === 'asked' ? { kind: 'asked', sentBefore: later(now, -afterS * 1000) } : wantedFor;
    return admit(verification, cause, input as Allowed, now);
  };

  async function admit(
    verification: Verification,
    cause: Cause,
    { request, policy, facts, number }: Allowed,
    now: Date,
  ): Promise<Escalated> {
    const call = {
      ...chooseChallenge(request, policy),
      phoneNumber: number.e164,
      expiresAt: later(now, policy.expiresAfterS * 1000),
      policyVersion: facts.policyVersion,
      lineNumber: deps.lines.lineFor(number.country, 'call'),
      phoneHashes: deps.limits.hashesOf(number),
      counters: deps.limits.callCounters({ ...request, phone: number }, policy, now),
      slot: deps.lines.slotWithin(now, patienceMs(policy)),
    };
    const result = await deps.escalations.escalate(verification, cause, call, now);
    if (result.kind === 'gone') return { kind: 'refused', error: null };
    if (result.kind !== 'escalated')
      return { kind: 'refused', error: await refusalOf(deps, request, { policy, number }, result) };
    tell(verification, cause);
    await tellAlarms(deps, verification, result.crossed, { counted: { ...request, phone: number }, policy });
    return { kind: 'call', verification: result.verification };
  }

  function tell({ id: verificationId, tenantId }: Verification, cause: Cause) {
    const why = cause.kind === 'asked' || cause.errorCode === null ? {} : { errorCode: cause.errorCode };
    deps.events.emit('text.escalated', { verificationId, tenantId, cause: cause.kind, ...why });
  }
}

type Allowed = CheckInput & { number: ParsedNumber };

function notAllowed(): ServiceError {
  return new ServiceError(
    'policy.callInsteadRefused',
    'The policy of this tenant does not let a call follow a text message in the same verification. Request a new verification by call, or ask its administrator to change that.',
  );
}
