import { type RequestKey, reusedKey } from '../../domain/idempotency.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';

/** Finds the verification that the same request began before; null: there is none, or the request has no key. */
export type FindRepeated = (tenantId: string, key: RequestKey | null) => Promise<Verification | null>;

/** What finding needs. */
export interface FindRepeatedDeps {
  verifications: Pick<VerificationStore, 'byIdempotencyKey'>;
  /** Adds the job; failing is fine, the sweeper adds it later. One that is there already is left alone. */
  addJob: (id: string, due: Date) => void;
}

/** The function throws a ServiceError `idempotencyKey.reused` where the key belongs to another request. */
export function createFindRepeated({ verifications, addJob }: FindRepeatedDeps): FindRepeated {
  return async (tenantId, key) => {
    if (key === null) return null;
    const prior = await verifications.byIdempotencyKey(tenantId, key.idempotencyKey);
    if (prior && prior.requestHash !== key.requestHash) throw reusedKey();
    // The process that wrote it may have died before it added the job.
    if (prior?.state === 'queued' && prior.jobId === null) addJob(prior.id, prior.wakeAt);
    return prior;
  };
}
