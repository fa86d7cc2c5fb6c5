import type { Clock } from '../../platform/clock.ts';
import { type Step, waitUntil } from '../job/advance.ts';
import type { VerificationStore } from '../store/verifications.ts';

/**
 * State `sent`: the code is valid until it expires; then the verification has expired, too. A message of somebody else has done
 * what it was for, unless its failure was told: many networks tell nothing more.
 */
export function createAwaitCode(deps: {
  verifications: Pick<VerificationStore, 'decide'>;
  clock: Clock;
}): Step {
  return async function awaitCode({ id, purpose, expiresAt }) {
    const now = deps.clock.now();
    if (now < expiresAt) return waitUntil(expiresAt);
    await deps.verifications.decide(id, { outcome: purpose === 'deliver' ? 'approved' : 'expired' }, now);
    return 'moved';
  };
}
