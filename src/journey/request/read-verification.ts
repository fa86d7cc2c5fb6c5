import { verificationNotFound } from '../../domain/not-found.ts';
import { ERASED_USER } from '../../domain/user.ts';
import type { ReadVerification } from '../ports.ts';
import type { VerificationStore } from '../store/verifications.ts';

/** Trigger: `GET /v1/verifications/{id}`. */
export function createReadVerification(deps: {
  verifications: Pick<VerificationStore, 'read'>;
}): ReadVerification {
  return async function readVerification(tenantId, id) {
    const verification = await deps.verifications.read(id);
    if (
      verification?.tenantId === tenantId &&
      verification.userId !== ERASED_USER &&
      verification.signIn === null
    )
      return verification;
    throw verificationNotFound();
  };
}
