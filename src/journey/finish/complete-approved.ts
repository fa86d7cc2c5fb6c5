import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../../log.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import type { CompletionWrites, PolicyAt } from '../ports.ts';
import { needsMobile } from '../store/completion.ts';
import type { CompleteApproved, createFinishApproved } from '../store/right-answer.ts';
import type { Decided } from '../store/rows.ts';
import type { PassOn } from './pass-on.ts';
import { allOf, needsOf, writesFor } from './writes-for.ts';

/** What completing with the answer needs. */
interface CompleteApprovedDeps {
  passOn: PassOn;
  finishApproved: ReturnType<typeof createFinishApproved>;
  writes: CompletionWrites;
  policyAt: PolicyAt;
  traces: TraceContext;
  inBackground: (work: Promise<unknown>) => void;
  log: Logger;
}

/**
 * State `answered` → `finished`: the right answer of a call, and all that follows from it, recorded in one statement. What does not
 * fit into one is left to the state `decided`: a phone that needs another one beside it, which is locked before, a sign-in by
 * number, whose assertion is issued before, and everything that is not as it was known to be.
 */
export function createCompleteApproved(deps: CompleteApprovedDeps): CompleteApproved {
  const completeApproved = createCompletion(deps);
  return async (answer, known, recorded) => {
    try {
      return await completeApproved(answer, known, recorded);
    } catch (error) {
      deps.log.warn(
        { verificationId: known.id, err: error },
        'a verification could not be completed together with its key; the key is recorded by itself',
      );
      return null;
    }
  };
}

function createCompletion(deps: CompleteApprovedDeps): CompleteApproved {
  return async (answer, known, recorded) => {
    const verification: Decided = { ...known, outcome: 'approved' };
    if (verification.signIn !== null || needsMobile(verification)) return null;
    const policy = await deps.policyAt(verification.tenantId, verification.policyNow);
    // The answer belongs to the trace of its webhook, what follows from it to that of the request.
    const inWebhook = AsyncLocalStorage.snapshot();
    return deps.traces.within(verification.traceParent, 'complete verification', async () => {
      const finished = await deps.finishApproved(answer, {
        verification,
        writes: writesFor(deps.writes, verification, policy, answer.now),
        only: allOf(needsOf(deps.writes, verification, policy)),
      });
      if (!finished) return null;
      const { message, ...call } = finished;
      inWebhook(recorded, call);
      deps.inBackground(deps.passOn(call, policy, message));
      return call;
    });
  };
}
