import type { Clock } from '../../platform/clock.ts';
import { type Step, watchUntil } from '../job/advance.ts';
import type { Decided } from '../store/rows.ts';

/**
 * State `decided`: whoever recorded the decision completes it, and may have something to do first, such as issuing the
 * assertion of a sign-in. Others complete it once that is overdue.
 */
export function createCompleteOverdue(deps: {
  complete: (verification: Decided) => Promise<void>;
  clock: Clock;
}): Step {
  return async function completeOverdue(verification) {
    if (deps.clock.now() < verification.wakeAt) return watchUntil(verification.wakeAt);
    await deps.complete(verification);
    return 'moved';
  };
}
