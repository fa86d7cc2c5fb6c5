// What a worker reads once it has put a job off: a row that may have changed meanwhile, and no other.
import { DelayedError, type Job } from 'bullmq';
import { expect, test, vi } from 'vitest';
import type { Next } from '../../../src/journey/job/advance.ts';
import { startVerificationWorker } from '../../../src/journey/job/verification-worker.ts';
import type { Verification } from '../../../src/journey/store/rows.ts';
import { createLogger } from '../../../src/log.ts';
import { later } from '../../../src/platform/clock.ts';
import type { Queues } from '../../../src/platform/queue/open-queues.ts';

const NOW = new Date('2026-11-29T09:00:00Z');
const until = later(NOW, 60_000);
/** It went back to the queue while the provider was asked. */
const QUEUED_AGAIN = { id: 'v-1', state: 'queued', wakeAt: NOW } as Verification;

/** Works on one job, whose step waits, and says what became of it. */
async function putOff(id: string, waits: Partial<Extract<Next, { kind: 'wait' | 'leave' }>>) {
  const next: Next = { kind: 'wait', until, live: false, seen: null, ...waits };
  const read = vi.fn(async () => QUEUED_AGAIN);
  const worker = vi.fn<(name: string, work: (job: Job) => Promise<unknown>) => void>();
  startVerificationWorker({
    queues: { worker } as unknown as Queues,
    takeOverJob: async () => 'v-1',
    ...{ advance: async () => next, advanceQueued: async () => next },
    ...{ verifications: { read }, concurrency: 1, clock: { now: () => NOW } },
    log: createLogger({ level: 'silent' }),
  });
  const job = {
    id,
    name: 'advance',
    data: { verificationId: 'v-1' },
    moveToDelayed: vi.fn(),
    promote: vi.fn(),
  };
  const work = worker.mock.lastCall?.[1];
  await expect(work?.(job as unknown as Job)).rejects.toThrow(DelayedError);
  expect(job.moveToDelayed).toHaveBeenCalledOnce();
  return { reads: read.mock.calls.length, promoted: job.promote.mock.calls.length };
}

test.each([
  ['ours, whose row may have changed', 'v-1', {}, { reads: 1, promoted: 1 }],
  ['ours, whose row was just written', 'v-1', { written: true }, { reads: 0, promoted: 0 }],
  ["a backend's, which may have been woken", 'b-1', { written: true }, { reads: 1, promoted: 1 }],
  ['left to another process', 'v-1', { kind: 'leave' }, { reads: 0, promoted: 0 }],
] as const)('a job that is %s', async (_what, id, waits, done) => {
  expect(await putOff(id, waits)).toEqual(done);
});
