import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CrossedAlarm } from '../store/admission.ts';
import type { Verification } from '../store/rows.ts';
import type { Counted, RequestLimits } from './limits.ts';

/**
 * Tells the operator which limits a call or a text has brought near their most; of codes that nobody enters, no more texts are
 * sent for a while.
 * @param of what was counted
 */
export async function tellAlarms(
  deps: { limits: Pick<RequestLimits, 'hold'>; clock: Clock; events: Events },
  { id: verificationId, tenantId }: Pick<Verification, 'id' | 'tenantId'>,
  crossed: readonly CrossedAlarm[],
  of: { counted: Counted; policy: TenantPolicy },
): Promise<void> {
  const { limits, clock, events } = deps;
  for (const { counter: limit, percent } of crossed) {
    // If that fails, texts are held until the window of the counter ends.
    const subject = await limits.hold(limit, of.counted, of.policy, clock.now()).catch(() => limit);
    const alarm = { verificationId, tenantId, limit, alarm: true };
    if (subject === null) events.emit('spending.thresholdReached', { ...alarm, percent });
    else events.emit('text.held', { ...alarm, subject });
  }
}
