/** What the rest of Poundkey relies on, whichever queue it is given. */
import { DelayedError, type Job } from 'bullmq';
import { expect, it, vi } from 'vitest';
import type { Queues } from '../../src/platform/queue/open-queues.ts';
import { livedMs, SOON } from '../support/own-time.ts';
import { describeEachStore } from '../support/stores.ts';
import { openBoth, placeFor } from './store-fixtures.ts';

const FAR_MS = 3_600_000;

const finished = async (queues: Queues, id: string, state = 'completed') => {
  const queue = queues.queue('work');
  await vi.waitFor(async () => expect(await queue.getJobState(id)).toBe(state), SOON);
  return (await queue.getJob(id)) as Job;
};

describeEachStore('the queue', (combination) => {
  const open = async () => (await openBoth(await placeFor(combination))).queues;

  it('hands over a job with its data as it was given, and keeps what came of it', async () => {
    const queues = await open();
    const data = { id: 'v1', nested: { list: [1, 'two', null, { deep: true }], text: 'å "quoted" \\' } };
    const seen: unknown[] = [];
    queues.worker(
      'work',
      async (job) => {
        seen.push(job.data);
        return { outcome: 'approved', data: job.data };
      },
      { concurrency: 1 },
    );
    await queues.queue('work').add('advance', data, { jobId: 'v1' });
    const job = await finished(queues, 'v1');
    expect(seen).toEqual([data]);
    expect(job.returnvalue).toEqual({ outcome: 'approved', data });
  });

  it('keeps why a job failed', async () => {
    const queues = await open();
    const fail = async () => {
      throw new Error('the reason');
    };
    queues.worker('work', fail, { concurrency: 1 });
    await queues.queue('work').add('advance', {}, { jobId: 'v1' });
    expect((await finished(queues, 'v1', 'failed')).failedReason).toBe('the reason');
  });

  it('adds an id once, however often it is given', async () => {
    const queues = await open();
    const queue = queues.queue('work');
    await Promise.all([1, 2, 3].map((n) => queue.add('advance', { n }, { jobId: 'v1' })));
    expect(await queue.getJobCounts('waiting', 'delayed', 'active')).toMatchObject({ waiting: 1 });
  });

  it('has the same queue object for the same name', async () => {
    const queues = await open();
    expect(queues.queue('work')).toBe(queues.queue('work'));
    await queues.ping();
  });

  it('wakes a job that was put off when it is promoted, without using up its attempts', async () => {
    const queues = await open();
    let runs = 0;
    const putOffOnce = async (job: Job, token?: string) => {
      runs += 1;
      if (runs > 1) return 'done';
      await job.moveToDelayed(Date.now() + FAR_MS, token);
      throw new DelayedError();
    };
    queues.worker('work', putOffOnce, { concurrency: 1 });
    await queues.queue('work').add('advance', {}, { jobId: 'v1', attempts: 1 });
    const job = await finished(queues, 'v1', 'delayed');
    await job.promote();
    expect((await finished(queues, 'v1')).returnvalue).toBe('done');
    expect(runs).toBe(2);
  });

  it('wakes a job that was put off when its time has come', async () => {
    const queues = await open();
    const putOffOnce = async (job: Job, token?: string) => {
      if (job.attemptsStarted > 1) return 'woke';
      await job.moveToDelayed(Date.now() + 50, token);
      throw new DelayedError();
    };
    queues.worker('work', putOffOnce, { concurrency: 1 });
    await queues.queue('work').add('advance', {}, { jobId: 'v1' });
    expect((await finished(queues, 'v1')).returnvalue).toBe('woke');
  });

  it('loses no chain when decisions race with putting off: the worker looks again and promotes its own job', async () => {
    const queues = await open();
    const queue = queues.queue('work');
    const decided = new Set<string>();
    const done = new Set<string>();
    const decide = async (id: string) => {
      decided.add(id);
      // The job may not be delayed yet: BullMQ then refuses to promote it. The worker's second look is for this.
      await (await queue.getJob(id))?.promote().catch(() => undefined);
    };
    const decisions: Array<Promise<void>> = [];
    const advance = async (job: Job, token?: string) => {
      const id = job.id as string;
      if (decided.has(id)) return void done.add(id);
      decisions.push(decide(id));
      await job.moveToDelayed(Date.now() + FAR_MS, token);
      if (decided.has(id)) await job.promote();
      throw new DelayedError();
    };
    queues.worker('work', advance, { concurrency: 10 });
    const jobs = Array.from({ length: 200 }, (_, n) => ({
      name: 'advance',
      data: {},
      opts: { jobId: `v-${n}` },
    }));
    await queue.addBulk(jobs);
    await vi.waitFor(() => expect(done.size).toBe(200), { timeout: 25_000, interval: 50 });
    await Promise.all(decisions);
  });

  it('lets a process function finish when it closes, and takes no further job', async () => {
    const queues = await open();
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    let runs = 0;
    const work = async () => {
      runs += 1;
      started();
      await mayEnd;
    };
    const worker = queues.worker('work', work, { concurrency: 1 });
    const completed: string[] = [];
    worker.on('completed', (job) => completed.push(job.id as string));
    await queues.queue('work').add('advance', {}, { jobId: 'v1' });
    await queues.queue('work').add('advance', {}, { jobId: 'v2' });
    await running;
    const closed = queues.close();
    end();
    await closed;
    expect([runs, completed]).toEqual([1, ['v1']]);
    expect(() => queues.queue('other')).toThrow('closed');
  });

  it('closes all the same when a process function does not end', async () => {
    const queues = await open();
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const hang = async () => {
      started();
      await mayEnd;
    };
    queues.worker('work', hang, { concurrency: 1 });
    await queues.queue('work').add('advance', {}, { jobId: 'v1' });
    await running;
    expect(await livedMs(() => queues.close(100))).toBeLessThan(5_000);
    end();
  });
});
