import { ServiceError } from '../errors.ts';
import type { Verification } from './store/rows.ts';
import type { VerificationStore } from './store/verifications.ts';

/** Reads a tenant's own verification; throws `verification.notFound` for anybody else's, as for one that never was. */
export type ReadVerification = (tenantId: string, id: string) => Promise<Verification>;

/** Trigger: `GET /v1/verifications/{id}`. */
export function createReadVerification(deps: { verifications: VerificationStore }): ReadVerification {
  return async function readVerification(tenantId, id) {
    const verification = await deps.verifications.read(id);
    if (verification?.tenantId === tenantId) return verification;
    throw new ServiceError(
      'verification.notFound',
      'No verification of this tenant has this id. Use the id that came with the answer to your request.',
    );
  };
}
