import { AsyncLocalStorage } from 'node:async_hooks';
import type { CompleteAtOnce } from '../store/completion.ts';
import type { CompleteApproved, createFinishApproved } from '../store/right-answer.ts';

/** State `answered` → `finished`: the right answer of a call, completed in the statement that records it. */
export function createCompleteApproved(deps: {
  completeAtOnce: CompleteAtOnce;
  finishApproved: ReturnType<typeof createFinishApproved>;
  inBackground: (work: Promise<unknown>) => void;
}): CompleteApproved {
  return async (answer, known, recorded) => {
    // The answer belongs to the trace of its webhook, what follows from it to that of the request.
    const inWebhook = AsyncLocalStorage.snapshot();
    return deps.completeAtOnce(
      known,
      answer.now,
      (how) => deps.finishApproved(answer, how),
      (verification) => ({ ...verification, current: true }),
      (call, passOn) => {
        inWebhook(recorded, call);
        deps.inBackground(passOn());
      },
    );
  };
}
