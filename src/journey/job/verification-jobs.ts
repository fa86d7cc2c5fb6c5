import { setTimeout as pause } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import type { Logger } from '../../log.ts';
import { createBackground } from '../../platform/background.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queues } from '../../platform/queue/open-queues.ts';
import type { JobRepair } from '../ports.ts';
import { ADVANCE_JOB, type JobData, QUEUE_NAME, verificationOf } from './job-names.ts';

const JOB_OPTIONS = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 250 },
  removeOnComplete: { count: 1000 },
  removeOnFail: { count: 1000 },
} as const;

/** How often, and how long, the end of a job is waited for, ms. */
const LOOK_EVERY_MS = 100;
const MOST_LOOKS = 50;

/** One job per verification: adds, wakes and repairs jobs. */
export type VerificationJobs = ReturnType<typeof createVerificationJobs>;

/**
 * A job's id is its verification's, or that of the job with which a backend asked for it.
 * @param deps.queues the queue backend of this process
 * @param deps.jobIdOf the id of the job that a backend brought, or null
 */
export function createVerificationJobs(deps: {
  queues: Queues;
  jobIdOf: (verificationId: string) => Promise<string | null>;
  clock: Clock;
  log: Logger;
}) {
  const queue: Queue = deps.queues.queue(QUEUE_NAME);
  const jobs: Jobs = { add: createAdd(queue), find: createFind(queue, deps.jobIdOf) };
  const background = createBackground();
  const delayUntil = (due: Date) => Math.max(0, due.getTime() - deps.clock.now().getTime());
  const orLater = (work: Promise<unknown>, id: string, what: string, later = 'the next sweep does it') =>
    background.run(work, (error) => deps.log.warn({ verificationId: id, err: error }, `${what}; ${later}`));

  return {
    queue,

    /** Adds the job in the background; it runs when it is due. */
    add: (id: string, due: Date) =>
      orLater(jobs.add(id, id, delayUntil(due)), id, 'the job could not be added'),

    /** Sees to it, in the background, that a verification which went back to the queue has a job when it is due. */
    schedule: (id: string, due: Date) =>
      orLater(
        schedule(jobs, id, () => delayUntil(due)),
        id,
        'the job could not be scheduled',
      ),

    /** Runs the verification's next step now, in the background. */
    wake: (id: string) => orLater(wake(jobs, id), id, 'the job could not be run early'),

    /** Removes, in the background, a job of ours with nothing left to do. One that stays finds that out when it is due. */
    remove: (id: string) =>
      orLater(queue.remove(id), id, 'the job could not be removed', 'it ends when it is due'),

    /** Gives an overdue verification a live job: absent, added; failed, retried; completed although unfinished, replaced. */
    repair: (id: string): Promise<JobRepair> => repair(jobs, id),

    /** Resolves when nothing is being added, scheduled or run early any more. */
    settled: background.settled,
  };
}

/** How jobs are added and found. */
interface Jobs {
  add(verificationId: string, jobId: string, delayMs?: number): Promise<void>;
  find(verificationId: string): Promise<Found>;
}

/** A verification's job if there is one, and the id under which it may be added. */
interface Found {
  job: Job | undefined;
  jobId: string;
}

function createAdd(queue: Queue): Jobs['add'] {
  return async function add(verificationId, jobId, delayMs = 0) {
    const data: JobData = { verificationId };
    // Our own is added again when a call is placed again; BullMQ would ignore it for a finished one that it retains.
    const kept = jobId === verificationId ? { removeOnComplete: true } : {};
    await queue.add(ADVANCE_JOB, data, { ...JOB_OPTIONS, ...kept, jobId, delay: delayMs });
  };
}

/** Most verifications have a job of ours, so that one is looked for first. */
function createFind(queue: Queue, jobIdOf: (verificationId: string) => Promise<string | null>): Jobs['find'] {
  return async function find(id) {
    const ours: Job | undefined = await queue.getJob(id);
    const brought = ours ? null : await jobIdOf(id);
    if (brought === null) return { job: ours, jobId: id };
    const job: Job | undefined = await queue.getJob(brought);
    if (job && verificationOf(job.data) === id) return { job, jobId: brought };
    // Another request may have the id by now.
    return { job: undefined, jobId: job || !mayBeGiven(brought) ? id : brought };
  };
}

/** Moves the job to its time, or adds it once the job that placed the call before has ended. */
async function schedule(jobs: Jobs, id: string, delayMs: () => number): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { job, jobId } = await jobs.find(id);
    if (!job) return jobs.add(id, jobId, delayMs());
    const state = await job.getState();
    if (state === 'delayed') return job.changeDelay(delayMs());
    if (state !== 'active' && state !== 'unknown') return;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`its job is still at work after ${(LOOK_EVERY_MS * MOST_LOOKS) / 1_000} s`);
}

async function wake(jobs: Jobs, id: string): Promise<void> {
  const { job, jobId } = await jobs.find(id);
  if (!job) return jobs.add(id, jobId);
  if (await job.isFailed()) return job.retry('failed');
  // Not delayed: it is waiting, or the worker holds it and reads the row again before it lets go.
  if (await job.isDelayed()) await promote(job);
}

async function repair(jobs: Jobs, id: string): Promise<JobRepair> {
  const { job, jobId } = await jobs.find(id);
  if (!job) return jobs.add(id, jobId).then(() => 'added');
  const state = await job.getState();
  if (state === 'failed') return job.retry('failed').then(() => 'retried');
  if (state === 'delayed') return promote(job).then(() => 'promoted');
  if (state !== 'completed' && state !== 'unknown') return 'alive';
  // BullMQ ignores an id that it still retains, so the finished job has to go first.
  await job.remove();
  return jobs.add(id, jobId).then(() => 'replaced');
}

/** BullMQ takes neither a whole number for an id of a job, nor one with a colon unless it has three parts. */
function mayBeGiven(jobId: string): boolean {
  return !/^-?\d+$/.test(jobId) && [1, 3].includes(jobId.split(':').length);
}

/** Another process may promote the job between the check and the promotion; only a job still delayed is a failure. */
export async function promote(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (await job.isDelayed()) throw error;
  }
}
