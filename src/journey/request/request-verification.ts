import { createHash } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { createInTurn } from '../in-turn.ts';
import type { VerificationRequest } from '../ports.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { MakeVerification } from './new-verification.ts';

/** What requesting needs. */
interface RequestDeps {
  verifications: VerificationStore;
  newVerification: MakeVerification;
  /** Adds the verification's job; failing is fine, the sweeper adds it later. */
  addJob: (verificationId: string, due: Date) => void;
  events: Events;
}

/** The verification, and whether an earlier request had made it. */
interface Requested {
  verification: Verification;
  replayed: boolean;
}

/**
 * Trigger: `POST /v1/verifications`. Checks what can be checked before anything is queued, writes the verification
 * as `queued` and adds its job, unless a job is what asks. The same idempotency key with the same request gives the
 * same verification again.
 */
export function createRequestVerification(deps: RequestDeps) {
  const inTurn = createInTurn();
  return function requestVerification(request: VerificationRequest): Promise<Requested> {
    const { tenantId, idempotencyKey } = request;
    if (idempotencyKey === undefined) return ask(request);
    // At once, each of them would count against the limits and take a place on the line, although one only is called.
    return inTurn(`${tenantId} ${idempotencyKey}`, () => ask(request));
  };

  async function ask(request: VerificationRequest): Promise<Requested> {
    const requestHash = hashOf(request);
    const prior = await replay(request, requestHash);
    if (prior) return { verification: prior, replayed: true };
    const verification = await deps.verifications.insert(await deps.newVerification(request, requestHash));
    if (!verification) {
      const winner = await replay(request, requestHash);
      if (winner) return { verification: winner, replayed: true };
      throw new Error('an idempotency key was taken and is gone; verifications are never deleted');
    }
    const { id, tenantId, purpose, country } = verification;
    deps.events.emit('verification.requested', { verificationId: id, tenantId, purpose, country });
    if (verification.jobId === null) deps.addJob(id, verification.wakeAt);
    return { verification, replayed: false };
  }

  async function replay({ tenantId, idempotencyKey }: VerificationRequest, requestHash: string) {
    if (idempotencyKey === undefined) return null;
    const prior = await deps.verifications.byIdempotencyKey(tenantId, idempotencyKey);
    if (prior && prior.requestHash !== requestHash) throw reusedKey();
    return prior;
  }
}

function hashOf(request: VerificationRequest): string {
  const { userId, purpose, number, country, extension, pauseBeforeS, pauseAfterS, locale } = request;
  const fields = [userId, purpose, number, country, extension, pauseBeforeS, pauseAfterS, locale];
  return createHash('sha256')
    .update(JSON.stringify(fields.map((field) => field ?? null)))
    .digest('hex');
}

function reusedKey(): ServiceError {
  return new ServiceError(
    'idempotencyKey.reused',
    'This idempotency key belongs to a request with another body. Use a new key for a new request.',
    {
      problems: [
        { field: 'idempotency-key', rule: 'This must be new, or come with the same body as before.' },
      ],
    },
  );
}
