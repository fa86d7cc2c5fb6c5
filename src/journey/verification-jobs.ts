import { DelayedError, type Job, type Queue, type Worker } from 'bullmq';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Queues } from '../platform/queue/open-queues.ts';
import type { Next } from './advance.ts';
import type { JobRepair } from './ports.ts';
import type { VerificationStore } from './store/verifications.ts';

/** The queue's name. A job's id is its verification's id; its data says nothing more. */
const QUEUE_NAME = 'verifications';

const JOB_OPTIONS = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 250 },
  removeOnComplete: { count: 1000 },
  removeOnFail: { count: 1000 },
} as const;

/** One job per verification: adds, wakes and repairs jobs. */
export type VerificationJobs = ReturnType<typeof createVerificationJobs>;

/** @param deps.queues the queue backend of this process */
export function createVerificationJobs(deps: { queues: Queues; clock: Clock; log: Logger }) {
  const queue: Queue = deps.queues.queue(QUEUE_NAME);
  const add = async (id: string, delay = 0) =>
    void (await queue.add('advance', {}, { ...JOB_OPTIONS, jobId: id, delay }));
  const orLater = (what: string, id: string) => (error: unknown) =>
    deps.log.warn({ verificationId: id, err: error }, `${what}; the sweeper will look after it`);

  return {
    queue,

    /** Adds the job in the background; it runs when it is due. */
    add(id: string, due: Date): void {
      add(id, Math.max(0, due.getTime() - deps.clock.now().getTime())).catch(
        orLater('the job could not be added', id),
      );
    },

    /** Sees to it, in the background, that the verification's next thing is done now. */
    wake(id: string): void {
      wake(id).catch(orLater('the job could not be woken', id));
    },

    /** Gives an overdue verification a live job: absent, added; failed, retried; completed although unfinished, replaced. */
    async repair(id: string): Promise<JobRepair> {
      const job: Job | undefined = await queue.getJob(id);
      if (!job) return add(id).then(() => 'added');
      const state = await job.getState();
      if (state === 'failed') return job.retry('failed').then(() => 'retried');
      if (state === 'delayed') return promote(job).then(() => 'promoted');
      if (state !== 'completed' && state !== 'unknown') return 'alive';
      // BullMQ ignores an id that it still retains, so the finished job has to go first.
      await job.remove();
      return add(id).then(() => 'replaced');
    },
  };

  async function wake(id: string): Promise<void> {
    const job: Job | undefined = await queue.getJob(id);
    if (!job) return add(id);
    if (await job.isFailed()) return job.retry('failed');
    // Not delayed: it is waiting, or the worker holds it and reads the row again before it lets go.
    if (await job.isDelayed()) await promote(job);
  }
}

/** Somebody else may promote the job between the look and the promotion; only a job still delayed is a failure. */
async function promote(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (await job.isDelayed()) throw error;
  }
}

/**
 * Works on the queue: each job advances its verification, and is moved to when the row says to look again. Between
 * the last look and the move a webhook may have decided, so after the move the row is read once more.
 */
export function startVerificationWorker(deps: {
  queues: Queues;
  advance: (verificationId: string) => Promise<Next>;
  verifications: VerificationStore;
  concurrency: number;
  clock: Clock;
}): Worker {
  return deps.queues.worker(QUEUE_NAME, process, { concurrency: deps.concurrency });

  async function process(job: Job, token?: string): Promise<{ outcome: string | null }> {
    const id = job.id ?? '';
    const next = await deps.advance(id);
    if (next.kind === 'finished') return { outcome: next.outcome };
    const delayMs = Math.max(0, next.until.getTime() - deps.clock.now().getTime());
    await job.moveToDelayed(Date.now() + delayMs, token);
    if (next.kind === 'wait' && (await hasNews(id, next))) await promote(job);
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
