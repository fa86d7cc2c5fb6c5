import type { Logger } from '../../log.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import type { CompletionWrites, PolicyAt } from '../ports.ts';
import { type CompleteAtOnce, type FinishedRow, type HowToFinish, needsMobile } from '../store/completion.ts';
import type { Decided } from '../store/rows.ts';
import type { PassOn } from './pass-on.ts';
import { allOf, needsOf, writesFor } from './writes-for.ts';

/** What completing with the answer needs. */
interface CompleteAtOnceDeps {
  passOn: PassOn;
  writes: CompletionWrites;
  policyAt: PolicyAt;
  traces: TraceContext;
  log: Logger;
}

/**
 * → `finished`: the right answer and all that follows from it, recorded in one statement. What does not fit into one is left to the
 * state `decided`: a phone that needs another one beside it, which is locked before, a sign-in by number, whose assertion is
 * issued before, and everything that is not as it was known to be.
 */
export function createCompleteAtOnce(deps: CompleteAtOnceDeps): CompleteAtOnce {
  return async (known, now, finish, then) => {
    const verification: Decided = { ...known, outcome: 'approved' };
    if (verification.signIn !== null || needsMobile(verification)) return null;
    return deps.traces.within(verification.traceParent, 'complete verification', async () => {
      const finished = await attempt(deps, verification, now, finish);
      if (!finished) return null;
      const { policy, row, message } = finished;
      await then(row, () => deps.passOn(row, policy, message));
      return row;
    });
  };
}

/** Never rejects. */
async function attempt<Row>(
  { writes, policyAt, log }: CompleteAtOnceDeps,
  verification: Decided,
  now: Date,
  finish: (how: HowToFinish) => Promise<FinishedRow<Row> | null>,
) {
  try {
    const policy = await policyAt(verification.tenantId, verification.policyNow);
    const finished = await finish({
      verification,
      writes: writesFor(writes, verification, policy, now),
      only: allOf(needsOf(writes, verification, policy)),
    });
    return finished && { ...finished, policy };
  } catch (error) {
    log.warn(
      { verificationId: verification.id, err: error },
      'a verification could not be completed together with its answer; the answer is recorded by itself',
    );
    return null;
  }
}
