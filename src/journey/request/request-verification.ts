import { requestHashOf, reusedKey } from '../../domain/idempotency.ts';
import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import type { Lines } from '../place/lines.ts';
import type { RequestVerification, VerificationRequest } from '../ports.ts';
import type { Admission, createAdmission } from '../store/admission.ts';
import type { UserFacts } from '../store/facts.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Codes } from '../text/code.ts';
import { firstRefusal, suppressed } from './checks.ts';
import { patienceMs, type RequestLimits } from './limits.ts';
import type { LookUp } from './look-up.ts';
import { type AdmissibleRequest, newVerification } from './new-verification.ts';
import type { NoteRefusal } from './note-refusal.ts';
import { phoneTypeOf } from './number-to-call.ts';

/** What requesting needs. */
interface RequestDeps {
  lookUp: LookUp;
  limits: RequestLimits;
  lines: Pick<Lines, 'lineFor' | 'slotWithin' | 'tooBusy'>;
  admit: ReturnType<typeof createAdmission>;
  verifications: Pick<VerificationStore, 'byIdempotencyKey' | 'openId'>;
  /** Adds the verification's job; failing is fine, the sweeper adds it later. */
  addJob: (verificationId: string, due: Date) => void;
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
  return async function requestVerification(request, facts) {
    try {
      return await checkAndAdmit(request, facts);
    } catch (error) {
      if (error instanceof ServiceError && error.status < 500) deps.noteRefusal(request, error);
      throw error;
    }
  };

  async function checkAndAdmit(
    request: VerificationRequest,
    facts: UserFacts,
    isFirstTry = true,
  ): ReturnType<RequestVerification> {
    const requestHash = hashOf(request);
    const input = await deps.lookUp.forRequest(request, facts);
    const refusal = firstRefusal(input);
    if (refusal) return (await replay(request, requestHash)) ?? raise(refusal);
    const admissible = input as AdmissibleRequest;
    const admission = await admit(request, admissible, requestHash);
    if (admission.kind === 'admitted') return begin(admission);
    const replayed = await replay(request, requestHash);
    if (replayed) return replayed;
    // The verification that had the key was old, and has just been removed: the key is as new.
    if (admission.kind === 'repeated' && isFirstTry) return checkAndAdmit(request, facts, false);
    throw await refusalOf(deps, request, admissible, admission);
  }

  function admit(
    request: VerificationRequest,
    input: AdmissibleRequest,
    requestHash: string,
  ): Promise<Admission> {
    const now = deps.clock.now();
    const lineNumber = deps.lines.lineFor(input.number.country);
    const traceParent = deps.traces.current();
    const phoneHashes = deps.limits.hashesOf(input.number);
    const { newSeed } = deps.codes;
    const given = { requestHash, lineNumber, traceParent, phoneHashes, newSeed, now };
    const row = newVerification(request, input, given);
    const counters = deps.limits.countersFor({ ...request, phone: input.number }, input.policy, now);
    return deps.admit(row, counters, deps.lines.slotWithin(now, patienceMs(input.policy)));
  }

  function begin({ verification, crossed }: Extract<Admission, { kind: 'admitted' }>) {
    const { id, tenantId, purpose, country } = verification;
    deps.events.emit('verification.requested', { verificationId: id, tenantId, purpose, country });
    for (const { counter, percent } of crossed)
      deps.events.emit('spending.thresholdReached', {
        ...{ verificationId: id, tenantId, limit: counter, percent, alarm: true },
      });
    if (verification.jobId === null) deps.addJob(id, verification.wakeAt);
    return { verification, replayed: false };
  }

  async function replay({ tenantId, idempotencyKey }: VerificationRequest, requestHash: string) {
    if (idempotencyKey === undefined) return null;
    const prior = await deps.verifications.byIdempotencyKey(tenantId, idempotencyKey);
    if (prior && prior.requestHash !== requestHash) throw reusedKey();
    return prior && { verification: prior, replayed: true };
  }
}

/** The error for a request that was not admitted. */
async function refusalOf(
  deps: RequestDeps,
  request: VerificationRequest,
  { policy, number }: AdmissibleRequest,
  admission: Exclude<Admission, { kind: 'admitted' }>,
): Promise<Error> {
  const now = deps.clock.now();
  switch (admission.kind) {
    case 'full':
      return deps.limits.errorFor({ ...request, phone: number }, policy, admission, now);
    case 'suppressed':
      return suppressed();
    case 'paused':
      return deps.limits.tooSoon(later(admission.until, -patienceMs(policy)));
    case 'line':
      return deps.lines.tooBusy(later(admission.until, -patienceMs(policy)));
    case 'open': {
      const { tenantId, userId } = request;
      const { openId } = deps.verifications;
      return alreadyOpen(await openId({ tenantId, userId, phoneNumber: number.e164 }));
    }
    case 'repeated':
      return new Error('an idempotency key was taken and is gone, twice in a row');
  }
}

/** @param id null when it has been finished meanwhile */
function alreadyOpen(id: string | null): ServiceError {
  const which = id === null ? '' : ` (${id})`;
  return new ServiceError(
    'verification.alreadyOpen',
    `A verification of this user${which} is not finished: one of this number, or one that asks for a PIN, digits or a code. Follow it, or cancel it before you request another.`,
    id === null ? {} : { verificationId: id },
  );
}

function raise(error: Error): never {
  throw error;
}

function hashOf(request: VerificationRequest): string {
  const { userId, purpose, number, country, extension, pauseBeforeS, pauseAfterS, locale } = request;
  const reached = phoneTypeOf(request) === 'office' ? [] : [request.channel, phoneTypeOf(request)];
  const fields = [userId, purpose, number, country, extension, pauseBeforeS, pauseAfterS, locale];
  return requestHashOf([...fields, ...reached]);
}
