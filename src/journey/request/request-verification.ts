import { Mutex } from 'async-mutex';
import { type RequestKey, requestKeyOf } from '../../domain/idempotency.ts';
import { isRefusal } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import type { Lines } from '../place/lines.ts';
import type { RequestVerification, VerificationRequest } from '../ports.ts';
import type { Admission } from '../store/admission.ts';
import type { createAdmit } from '../store/admit.ts';
import type { UserFacts } from '../store/facts.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Codes } from '../text/code.ts';
import { firstRefusal } from './checks.ts';
import { createFindRepeated, type FindRepeatedDeps } from './find-repeated.ts';
import { patienceMs, type RequestLimits } from './limits.ts';
import type { LookUp } from './look-up.ts';
import { type AdmissibleRequest, newVerification } from './new-verification.ts';
import type { NoteRefusal } from './note-refusal.ts';
import { phoneTypeOf } from './number-to-call.ts';
import { refusalOf } from './refusal-of.ts';
import { tellAlarms } from './tell-alarms.ts';

/** What requesting needs. */
interface RequestDeps extends FindRepeatedDeps {
  lookUp: LookUp;
  limits: RequestLimits;
  lines: Pick<Lines, 'lineFor' | 'slotWithin' | 'tooBusy'>;
  admit: ReturnType<typeof createAdmit>;
  verifications: Pick<VerificationStore, 'byIdempotencyKey' | 'openId'>;
  /** Hears of requests that are refused. */
  noteRefusal: NoteRefusal;
  traces: Pick<TraceContext, 'current'>;
  codes: Pick<Codes, 'newSeed'>;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: `POST /v1/verifications`, or a backend's job. Checks what can be checked before anything is queued, writes
 * the verification as `queued` and adds its job, unless a job is what asks. The same idempotency key with the same
 * request gives the same verification again.
 */
export function createRequestVerification(deps: RequestDeps): RequestVerification {
  const findRepeated = createFindRepeated(deps);
  // Many requests may be handled at once, see `placesFor`: what they do not share is read for one after the other.
  const ownStatement = new Mutex();
  return async function requestVerification(request, facts) {
    try {
      return await checkAndAdmit(request, facts);
    } catch (error) {
      if (isRefusal(error)) deps.noteRefusal(request, error);
      throw error;
    }
  };

  async function checkAndAdmit(
    request: VerificationRequest,
    facts: UserFacts,
    isFirstTry = true,
  ): ReturnType<RequestVerification> {
    const key = requestKeyOf(request.idempotencyKey, fieldsOf(request));
    const input = await deps.lookUp.forRequest(request, facts);
    const refusal = firstRefusal(input);
    if (refusal) return (await replay(request, key)) ?? raise(refusal);
    const admissible = input as AdmissibleRequest;
    const admission = await admit(request, admissible, key);
    if (admission.kind === 'admitted') return begin(admission, request, admissible);
    const replayed = await replay(request, key);
    if (replayed) return replayed;
    // The verification that had the key was old, and has just been removed: the key is as new.
    if (admission.kind === 'repeated' && isFirstTry) return checkAndAdmit(request, facts, false);
    if (admission.kind === 'repeated')
      throw new Error('an idempotency key was taken and is gone, twice in a row');
    throw await ownStatement.runExclusive(() => refusalOf(deps, request, admissible, admission));
  }

  function admit(
    request: VerificationRequest,
    input: AdmissibleRequest,
    key: RequestKey | null,
  ): Promise<Admission> {
    const now = deps.clock.now();
    const lineNumber = deps.lines.lineFor(input.number.country, request.channel);
    const traceParent = deps.traces.current();
    const phoneHashes = deps.limits.hashesOf(input.number);
    const { newSeed } = deps.codes;
    const given = { key, lineNumber, traceParent, phoneHashes, newSeed, now };
    const row = newVerification(request, input, given);
    const counters = deps.limits.countersFor({ ...request, phone: input.number }, input.policy, now);
    return deps.admit({ row, counters, slot: deps.lines.slotWithin(now, patienceMs(input.policy)) });
  }

  async function begin(
    { verification, crossed }: Extract<Admission, { kind: 'admitted' }>,
    request: VerificationRequest,
    { policy, number }: AdmissibleRequest,
  ) {
    const { id, tenantId, purpose, country } = verification;
    deps.events.emit('verification.requested', { verificationId: id, tenantId, purpose, country });
    if (verification.jobId === null) deps.addJob(id, verification.wakeAt);
    await tellAlarms(deps, verification, crossed, { counted: { ...request, phone: number }, policy });
    return { verification, replayed: false };
  }

  async function replay({ tenantId }: VerificationRequest, key: RequestKey | null) {
    const prior = key && (await ownStatement.runExclusive(() => findRepeated(tenantId, key)));
    return prior && { verification: prior, replayed: true };
  }
}

function raise(error: Error): never {
  throw error;
}

function fieldsOf(request: VerificationRequest) {
  const { userId, purpose, number, country, extension, pauseBeforeS, pauseAfterS, locale } = request;
  const reached = phoneTypeOf(request) === 'office' ? [] : [request.channel, phoneTypeOf(request)];
  const fields = [userId, purpose, number, country, extension, pauseBeforeS, pauseAfterS, locale];
  return [...fields, ...reached];
}
