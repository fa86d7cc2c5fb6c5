import type { Logger } from '../../log.ts';
import { wasRefused } from '../../platform/database/was-refused.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import type { CompletionWrites, PolicyAt } from '../ports.ts';
import { type CompleteAtOnce, type FinishedRow, type HowToFinish, needsMobile } from '../store/completion.ts';
import type { Decided, Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { PassOn } from './pass-on.ts';
import { allOf, needsOf, writesFor } from './writes-for.ts';

/** What completing with the answer needs. */
interface CompleteAtOnceDeps {
  passOn: PassOn;
  writes: CompletionWrites;
  policyAt: PolicyAt;
  traces: TraceContext;
  read: VerificationStore['read'];
  log: Logger;
}

/**
 * → `finished`: the right answer and all that follows from it, recorded in one statement. What does not fit into one is left to the
 * state `decided`: a phone that needs another one beside it, which is locked before, a sign-in by number, whose assertion is
 * issued before, and everything that is not as it was known to be.
 */
export function createCompleteAtOnce(deps: CompleteAtOnceDeps): CompleteAtOnce {
  return async (known, now, finish, found, then) => {
    const verification: Decided = { ...known, outcome: 'approved' };
    if (verification.signIn !== null || needsMobile(verification)) return null;
    return deps.traces.within(verification.traceParent, 'complete verification', async () => {
      const finished = await attempt(deps, verification, now, { finish, found });
      if (!finished) return null;
      const { policy, row, message } = finished;
      await then(row, () => deps.passOn(row, policy, message));
      return row;
    });
  };
}

/** How a row is finished, and what it is where it was and nobody was told. */
interface Finishing<Row> {
  finish: (how: HowToFinish) => Promise<FinishedRow<Row> | null>;
  found: (verification: Verification) => Row;
}

/** Never rejects. */
async function attempt<Row>(
  { writes, policyAt, read, log }: CompleteAtOnceDeps,
  verification: Decided,
  now: Date,
  finishing: Finishing<Row>,
) {
  try {
    const policy = await policyAt(verification.tenantId, verification.policyNow);
    const how: HowToFinish = {
      verification,
      writes: writesFor(writes, verification, policy, now),
      only: allOf(needsOf(writes, verification, policy)),
    };
    const finished = await finishOrLook({ ...finishing, read }, how, { id: verification.id, now });
    return finished && { ...finished, policy };
  } catch (error) {
    log.warn(
      { verificationId: verification.id, err: error },
      'a verification could not be completed together with its answer; the answer is recorded by itself',
    );
    return null;
  }
}

/** @throws as `finish` does, unless the verification was finished all the same; its message is for whoever delivers those that are overdue */
async function finishOrLook<Row>(
  { finish, found, read }: Finishing<Row> & Pick<CompleteAtOnceDeps, 'read'>,
  how: HowToFinish,
  { id, now }: { id: string; now: Date },
): Promise<FinishedRow<Row> | null> {
  try {
    return await finish(how);
  } catch (error) {
    const verification = wasRefused(error) ? null : await read(id).catch(() => null);
    // Of one process only, and of one answer: the moment is that of its statement.
    const isOurs =
      verification?.outcome === 'approved' && verification.finishedAt?.getTime() === now.getTime();
    if (!isOurs) throw error;
    return { row: found(verification), message: null };
  }
}
