import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queues } from '../../platform/queue/open-queues.ts';
import type { TakeOverJob } from '../ports.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Next } from './advance.ts';
import { ADVANCE_JOB, QUEUE_NAME, verificationOf } from './job-names.ts';
import { promote } from './verification-jobs.ts';

/** Between two tries of a backend's job, ms; doubles each time up to the longest. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

/** What a job returns. */
interface Returned {
  outcome: string | null;
  verificationId: string;
}

/**
 * Works on the queue: each job advances its verification, and is moved to when the row says to look again. Between
 * the last look and the move a webhook may have decided, so after the move the row is read once more.
 */
export function startVerificationWorker(deps: {
  queues: Queues;
  takeOverJob: TakeOverJob;
  advance: (verificationId: string) => Promise<Next>;
  verifications: VerificationStore;
  concurrency: number;
  clock: Clock;
  log: Logger;
}): Worker {
  return deps.queues.worker(QUEUE_NAME, process, { concurrency: deps.concurrency });

  function process(job: Job, token?: string): Promise<Returned> {
    if (job.name !== ADVANCE_JOB) return patiently(job, token);
    return moveOn(job, verificationOf(job.data) ?? job.id ?? '', token);
  }

  /**
   * A backend chooses how often its job is tried, by default once, and waits for its end. So what is not the job's fault
   * does not fail it.
   */
  async function patiently(job: Job, token?: string): Promise<Returned> {
    try {
      return await moveOn(job, await deps.takeOverJob(job), token);
    } catch (error) {
      if (error instanceof DelayedError || error instanceof UnrecoverableError) throw error;
      const retryMs = Math.min(FIRST_RETRY_MS * 2 ** job.attemptsStarted, LONGEST_RETRY_MS);
      deps.log.warn({ err: error, retryMs }, 'a job of a backend could not be moved on; it is tried again');
      await job.moveToDelayed(Date.now() + retryMs, token);
      throw new DelayedError();
    }
  }

  async function moveOn(job: Job, verificationId: string, token?: string): Promise<Returned> {
    const next = await deps.advance(verificationId);
    if (next.kind === 'finished') return { outcome: next.outcome, verificationId };
    const delayMs = Math.max(0, next.until.getTime() - deps.clock.now().getTime());
    await job.moveToDelayed(Date.now() + delayMs, token);
    if (next.kind === 'wait' && (await hasNews(verificationId, next))) await promote(job);
    throw new DelayedError();
  }

  /** Whether the row wants to be looked at sooner than the step knew. */
  async function hasNews(
    id: string,
    { until, seen }: Extract<Next, { kind: 'wait' | 'leave' }>,
  ): Promise<boolean> {
    const row = await deps.verifications.read(id);
    if (row === null || row.state === 'finished') return false;
    const changed = row.state !== seen.state || row.wakeAt.getTime() !== seen.wakeAt.getTime();
    return changed && row.wakeAt < until;
  }
}
