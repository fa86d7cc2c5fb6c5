import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queues } from '../../platform/queue/open-queues.ts';
import type { TakeOverJob } from '../ports.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Advance, Next } from './advance.ts';
import { ADVANCE_JOB, QUEUE_NAME, verificationOf } from './job-names.ts';
import { promote } from './verification-jobs.ts';

/** Between two tries of a backend's job, ms; doubles each time up to the longest. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

/** Until when a job is not needed. */
type Sleep = Exclude<Next, { kind: 'finished' }>;

/** What a job returns. */
interface Returned {
  outcome: string | null;
  verificationId: string;
}

/**
 * Works on the queue: each job moves its verification on, and is moved to when the row says to look again. Our own job
 * ends when its call is placed: from then on the registry watches over the call. A backend's job lasts as long as its
 * verification, since the backend may wait for its end.
 */
export function startVerificationWorker(deps: {
  queues: Queues;
  takeOverJob: TakeOverJob;
  advance: Advance;
  advanceQueued: Advance;
  verifications: Pick<VerificationStore, 'read'>;
  concurrency: number;
  clock: Clock;
  log: Logger;
}): Worker {
  return deps.queues.worker(QUEUE_NAME, process, { concurrency: deps.concurrency });

  async function process(job: Job, token?: string): Promise<Returned> {
    if (job.name !== ADVANCE_JOB) return processBackends(job, token);
    const verificationId = verificationOf(job.data) ?? job.id ?? '';
    // One that was added in place of a backend's job, which was lost, has that job's id.
    const isOwn = job.id === verificationId;
    const next = await (isOwn ? deps.advanceQueued : deps.advance)(verificationId);
    if (next.kind === 'finished') return { outcome: next.outcome, verificationId };
    if (isOwn && next.live) return { outcome: null, verificationId };
    return sleep(job, verificationId, next, token);
  }

  /**
   * A backend chooses how often its job is tried, by default once, and waits for its end. So what is not the job's fault
   * does not fail it.
   */
  async function processBackends(job: Job, token?: string): Promise<Returned> {
    try {
      const verificationId = await deps.takeOverJob(job);
      const next = await deps.advance(verificationId);
      if (next.kind === 'finished') return { outcome: next.outcome, verificationId };
      return await sleep(job, verificationId, next, token);
    } catch (error) {
      if (error instanceof DelayedError || error instanceof UnrecoverableError) throw error;
      const retryMs = Math.min(FIRST_RETRY_MS * 2 ** job.attemptsStarted, LONGEST_RETRY_MS);
      deps.log.warn({ err: error, retryMs }, "the step of a backend's job failed; it is tried again");
      await job.moveToDelayed(Date.now() + retryMs, token);
      throw new DelayedError();
    }
  }

  /**
   * Between the last look and the move the verification may have ended, for which a backend's job is woken, or gone back to the
   * queue, so after the move the row is read once more. What was just written need not be, for a job of ours: who wants another
   * call or text waits a while until the job sleeps, and then moves it (`schedule`).
   */
  async function sleep(job: Job, verificationId: string, next: Sleep, token?: string): Promise<never> {
    const delayMs = Math.max(0, next.until.getTime() - deps.clock.now().getTime());
    await job.moveToDelayed(Date.now() + delayMs, token);
    const isKnown = next.kind === 'leave' || (next.written === true && job.id === verificationId);
    if (!isKnown && (await hasNews(verificationId, next))) await promote(job);
    throw new DelayedError();
  }

  /** Whether the row wants to be looked at sooner than the step knew. */
  async function hasNews(id: string, { until, seen }: Sleep): Promise<boolean> {
    const row = await deps.verifications.read(id);
    if (row === null) return false;
    if (row.state === 'finished') return true;
    const changed = row.state !== seen?.state || row.wakeAt.getTime() !== seen.wakeAt.getTime();
    return changed && row.wakeAt < until;
  }
}
