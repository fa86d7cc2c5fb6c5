/** A store that goes away under running queues. */
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { openQueues, type QueuesOptions } from '../../src/platform/queue/open-queues.ts';
import { livedMs, SOON } from '../support/own-time.ts';
import { freePort } from '../support/processes.ts';
import { startPostgres, startRedis } from '../support/servers.ts';
import { createLines, openBoth } from './store-fixtures.ts';

const SETTINGS = { lockDurationMs: 5_000, stalledIntervalMs: 2_000 };

const open = async (options: QueuesOptions) => {
  const { lines, log } = createLines();
  const queues = await openQueues(options, SETTINGS, log);
  onTestFinished(() => queues.close(500));
  return { queues, lines };
};

const openOnRedisOfOurOwn = async (args: string[] = []) => {
  const server = await startRedis({ args });
  onTestFinished(() => server.stop());
  return { server, ...(await open({ kind: 'redis', url: server.url, prefix: 'outage' })) };
};

/** Milliseconds until a promise is rejected. */
const timeToReject = (work: () => Promise<unknown>) => livedMs(() => expect(work()).rejects.toThrow());

describe.runIf(inject('redisUrl'))('a Redis that goes away', () => {
  it('makes adding, looking and ping fail within 2 s', async () => {
    const { server, queues } = await openOnRedisOfOurOwn();
    const queue = queues.queue('work');
    await queue.add('advance', {}, { jobId: 'v1' });
    await server.halt();
    expect(await timeToReject(() => queue.add('advance', {}, { jobId: 'v2' }))).toBeLessThan(2_000);
    expect(await timeToReject(() => queue.getJob('v1'))).toBeLessThan(2_000);
    expect(await timeToReject(() => queues.ping())).toBeLessThan(2_000);
    await server.start();
    await vi.waitFor(() => queues.ping(), { timeout: 10_000 });
    await queue.add('advance', {}, { jobId: 'v2' });
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 2 });
  });

  it('makes adding fail within 2 s when it accepts commands and answers none', async () => {
    const { server, queues } = await openOnRedisOfOurOwn();
    const queue = queues.queue('work');
    await queue.add('advance', {}, { jobId: 'v1' });
    process.kill(server.pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(server.pid, 'SIGCONT'));
    expect(await timeToReject(() => queue.add('advance', {}, { jobId: 'v2' }))).toBeLessThan(2_000);
  });

  it('has its worker go on after a restart, with what was added before and after', async () => {
    const { server, queues } = await openOnRedisOfOurOwn();
    const done: string[] = [];
    const work = async (job: { id?: string | undefined }) => void done.push(job.id ?? '');
    queues.worker('work', work, { concurrency: 1 });
    const queue = queues.queue('work');
    await queue.add('advance', {}, { jobId: 'before' });
    await vi.waitFor(() => expect(done).toEqual(['before']), { timeout: 10_000 });
    await server.restart();
    await vi.waitFor(() => queue.add('advance', {}, { jobId: 'after' }), { timeout: 10_000 });
    await vi.waitFor(() => expect(done).toEqual(['before', 'after']), { timeout: 15_000 });
  });

  it('may be away at the start: adding fails, and everything begins when it is there', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.halt();
    const { queues } = await open({ kind: 'redis', url: server.url, prefix: 'outage' });
    const done: string[] = [];
    queues.worker('work', async (job) => void done.push(job.id ?? ''), { concurrency: 1 });
    const queue = queues.queue('work');
    expect(await timeToReject(() => queue.add('advance', {}, { jobId: 'v1' }))).toBeLessThan(2_000);
    await server.start();
    await vi.waitFor(() => queue.add('advance', {}, { jobId: 'v1' }), { timeout: 10_000 });
    await vi.waitFor(() => expect(done).toEqual(['v1']), { timeout: 15_000 });
  });

  it('fills no log: a line per subject, however often a command fails', async () => {
    const { server, queues, lines } = await openOnRedisOfOurOwn();
    const queue = queues.queue('work');
    await queues.ping();
    await server.halt();
    for (let n = 0; n < 50; n += 1) await timeToReject(() => queue.add('advance', {}));
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0), SOON);
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines[0]).toMatchObject({
      text: 'redis: cannot be reached or used; retrying',
      fields: { subject: 'redis' },
    });
  });

  it('does not keep close waiting when it never comes back', async () => {
    const { server, queues } = await openOnRedisOfOurOwn();
    queues.worker('work', async () => undefined, { concurrency: 1 });
    await queues.queue('work').add('advance', {});
    await queues.ping();
    await server.kill();
    expect(await livedMs(() => queues.close(1_000))).toBeLessThan(5_000);
  });

  it('warns when Redis would throw jobs away', async () => {
    const { lines } = await openOnRedisOfOurOwn(['--maxmemory-policy', 'allkeys-lru']);
    await vi.waitFor(() => expect(lines).toHaveLength(1), SOON);
    expect(lines[0]).toMatchObject({ fields: { policy: 'allkeys-lru' } });
    expect(lines[0]?.text).toContain('noeviction');
  });

  it('is reached over TLS with rediss://', async () => {
    const port = await freePort();
    const { lines } = await open({ kind: 'redis', url: `rediss://127.0.0.1:${port}`, prefix: 'outage' });
    expect(lines[0]).toMatchObject({ fields: { reason: expect.stringContaining('ECONNREFUSED') } });
  });
});

describe.runIf(inject('postgresUrl'))('a PostgreSQL that goes away', () => {
  it('has its worker go on after a restart, with what was added before and after', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const { queues } = await openBoth({
      database: { kind: 'postgres', url: server.url, poolSize: 3 },
      queue: { kind: 'database' },
      databaseUrl: server.url,
      redisUrl: null,
      drop: async () => undefined,
    });
    const done: string[] = [];
    queues.worker('work', async (job) => void done.push(job.id ?? ''), { concurrency: 1 });
    const queue = queues.queue('work');
    await queue.add('advance', {}, { jobId: 'before' });
    await vi.waitFor(() => expect(done).toEqual(['before']), { timeout: 10_000 });
    await server.restart();
    await vi.waitFor(() => queue.add('advance', {}, { jobId: 'after' }), { timeout: 10_000 });
    await vi.waitFor(() => expect(done).toEqual(['before', 'after']), { timeout: 15_000 });
  });
});
