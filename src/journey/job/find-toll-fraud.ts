import type { Events } from '../../events.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createTollFraudStore } from '../store/toll-fraud.ts';

/**
 * Trigger: the sweeper. Every few minutes one process looks at the requests of the last hour for toll fraud and reports
 * what would have been refused, once for each tenant, subject and day. It refuses nothing: until the rules have proved
 * themselves on real calls, a wrong suspicion would lock people out. A failure must not hold up the sweeper.
 */
export function createFindTollFraud(deps: { run: RunStatement; clock: Clock; events: Events; log: Logger }) {
  const suspicions = createTollFraudStore(deps.run);
  return async function findTollFraud(): Promise<void> {
    try {
      const now = deps.clock.now();
      if (!(await suspicions.takeTurn(now))) return;
      for (const { verificationId, tenantId, kind, subject, requests, refusable } of await suspicions.find(
        now,
      ))
        deps.events.emit('tollFraud.suspected', {
          ...{ verificationId, tenantId, kind, subject, requests, refusable },
        });
      await suspicions.forget(now);
    } catch (error) {
      deps.log.warn({ err: error }, 'requests could not be looked at for toll fraud; it is tried again');
    }
  };
}
