import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import { hasEnded } from '../ended.ts';
import type { ReadVerification } from '../ports.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';

/**
 * Trigger: `POST /v1/verifications/{id}/cancel`. Open → decided as canceled; completing it ends the call. Canceling
 * twice is fine; canceling what already ended otherwise is refused.
 */
export function createCancelVerification(deps: {
  verifications: Pick<VerificationStore, 'cancel'>;
  readVerification: ReadVerification;
  /** Completes a decided verification in the background. */
  completeNow: (verification: Verification) => void;
  clock: Clock;
  events: Events;
}) {
  return async function cancelVerification(tenantId: string, id: string): Promise<Verification> {
    const canceled = await deps.verifications.cancel(tenantId, id, deps.clock.now());
    if (canceled) {
      deps.events.emit('verification.canceled', { verificationId: id, tenantId });
      deps.completeNow(canceled);
      return canceled;
    }
    const verification = await deps.readVerification(tenantId, id);
    if (verification.outcome === 'canceled') return verification;
    const next = 'Only one that has not ended yet can be canceled.';
    throw hasEnded('verification', `${verification.outcome}`, next);
  };
}
