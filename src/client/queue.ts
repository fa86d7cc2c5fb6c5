/** What a backend imports to add jobs, `poundkey-client/queue`. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { REQUEST_JOB, verificationOf } from '../journey/job/job-names.ts';
import { problemOfJob } from './problem.ts';
import { type OpenQueue, openQueue, type QueuePlace } from './queue-place.ts';
import type { Outcome, VerificationJobData } from './types.ts';

export type { QueuePlace } from './queue-place.ts';
export type { VerificationJobData } from './types.ts';

/** How a job ended. */
export interface JobResult {
  outcome: Outcome;
  verificationId: string;
}

/** A job that was added. */
export interface EnqueuedVerification {
  jobId: string;
  /** The verification, once the job was taken over; null before. Number matching needs it early. */
  verificationId(): Promise<string | null>;
  /**
   * Waits for the end, 300,000 ms at most unless told.
   * @throws PoundkeyProblem when the job was refused; `TimeoutError` when the time is over
   */
  waitUntilFinished(timeLimitMs?: number): Promise<JobResult>;
}

/** The queue of verifications, for adding to it. */
export interface VerificationQueue {
  /**
   * Adds a job. Adding one of the same id again changes nothing.
   * @param options.jobId anything but a whole number, without colons; a new UUID by default
   * @param options.delayMs how long to wait before the call
   */
  enqueue(
    request: VerificationJobData,
    options?: { jobId?: string; delayMs?: number },
  ): Promise<EnqueuedVerification>;
  close(): Promise<void>;
}

const WAIT_LIMIT_MS = 300_000;
/** Events may be missed while a connection is away, so the job itself is looked at as well, ms. */
const LOOK_EVERY_MS = 5_000;
/** How long finished jobs are kept, s, and how many, so that their end can still be read. */
const KEEP = { age: 3_600, count: 10_000 };

/**
 * Adds verifications to the service's queue, without its REST API. Who can reach the queue's store may name any tenant.
 * @param place.onError told of trouble with the connection; it is established again by itself
 */
export function createVerificationQueue(
  place: QueuePlace & { onError?: (error: Error) => void },
): VerificationQueue {
  const open = openQueue(place, place.onError ?? (() => undefined));
  const { queue } = open;
  return {
    async enqueue(request, { jobId = randomUUID(), delayMs = 0 } = {}) {
      const options = { jobId, delay: delayMs, removeOnComplete: KEEP, removeOnFail: KEEP };
      await queue.add(REQUEST_JOB, request, options);
      return {
        jobId,
        async verificationId() {
          const job: Job | undefined = await queue.getJob(jobId);
          return job ? verificationOf(job.data) : null;
        },
        waitUntilFinished: (timeLimitMs = WAIT_LIMIT_MS) => waitUntilFinished(open, jobId, timeLimitMs),
      };
    },
    close: () => open.close(),
  };
}

/** Returns how a job ended, or throws why it was refused. */
type End = () => JobResult;

async function waitUntilFinished(open: OpenQueue, jobId: string, timeLimitMs: number): Promise<JobResult> {
  const limit = AbortSignal.timeout(timeLimitMs);
  const news = newsOf(open, jobId);
  try {
    for (;;) {
      const heard = news.next();
      const end = await endOf(open, jobId, news.last());
      if (end) return end();
      await Promise.race([heard, nothingYet(limit)]);
      limit.throwIfAborted();
    }
  } finally {
    news.stop();
  }
}

/**
 * How the job ended, from the job itself; null when it has not, or is not there (the service may bring it back).
 * @param heard what an event said. It counts only where the job is gone: it may be of an earlier job with the same id.
 */
async function endOf({ queue }: OpenQueue, jobId: string, heard: End | null): Promise<End | null> {
  // The state first: a job that was read before it ended says neither what it returned nor why it failed.
  const state = await queue.getJobState(jobId);
  if (state === 'unknown') return heard;
  if (state !== 'completed' && state !== 'failed') return null;
  const job: Job | undefined = await queue.getJob(jobId);
  if (!job) return heard;
  return state === 'completed' ? () => job.returnvalue : refusedWith(job.failedReason);
}

const refusedWith = (reason: string): End => {
  return () => {
    throw problemOfJob(reason);
  };
};

/** What events say of the end of a job: the last one, and when the next one comes. */
function newsOf({ events }: OpenQueue, jobId: string) {
  let last: End | null = null;
  let tell = (): void => undefined;
  const hear = (id: string, end: End): void => {
    if (id !== jobId) return;
    last = end;
    tell();
  };
  const onCompleted = (event: { jobId: string; returnvalue: unknown }) =>
    hear(event.jobId, () => event.returnvalue as JobResult);
  const onFailed = (event: { jobId: string; failedReason: string }) =>
    hear(event.jobId, refusedWith(event.failedReason));
  events.on('completed', onCompleted).on('failed', onFailed);
  return {
    last: () => last,
    next: () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      }),
    stop: () => void events.off('completed', onCompleted).off('failed', onFailed),
  };
}

async function nothingYet(signal: AbortSignal): Promise<void> {
  await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
}
