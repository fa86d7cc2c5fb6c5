// Two Redis servers behind one address swap their roles. Connections that were open stay open and lead to a replica.
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { openQueues } from '../../src/platform/queue/open-queues.ts';
import { type Forwarder, startForwarder } from '../support/forwarder.ts';
import { worldOfThisTest } from '../support/open-worlds.ts';
import { ask as look } from '../support/operator.ts';
import type { TestServer } from '../support/processes.ts';
import { ask } from '../support/redis-groups.ts';
import { startRedis } from '../support/servers.ts';
import { freshStores } from '../support/stores.ts';
import { expectOneEnd, isStatus, stopAt } from '../support/traces.ts';

const PATIENTLY = { timeout: 15_000, interval: 50 };
const SETTINGS = { lockDurationMs: 5_000, stalledIntervalMs: 2_000 };
const QUICK = ['--repl-diskless-sync-delay', '0'];

interface Pair {
  address: Forwarder;
  master: TestServer;
  replica: TestServer;
}

/** A master and its replica behind one address. */
async function startPair(): Promise<Pair> {
  const master = await startRedis({ args: QUICK });
  onTestFinished(() => master.stop());
  const { hostname, port } = new URL(master.url);
  const replica = await startRedis({ args: ['--replicaof', hostname, port, ...QUICK] });
  onTestFinished(() => replica.stop());
  await vi.waitFor(
    async () => expect(await ask(replica, (redis) => redis.info('replication'))).toContain('link_status:up'),
    PATIENTLY,
  );
  const address = await startForwarder(master.url);
  onTestFinished(() => address.stop());
  return { address, master, replica };
}

/**
 * The replica becomes the master and the master its replica. New connections lead to the new one. What was written
 * before has reached the replica: what a server loses that had not, the sweeper makes good, not the queue.
 */
async function swapRoles({ address, master, replica }: Pair): Promise<void> {
  await ask(master, async (redis) => {
    await redis.set('swap', 'soon');
    expect(await redis.wait(1, 10_000)).toBe(1);
  });
  await ask(replica, (redis) => redis.replicaof('NO', 'ONE'));
  const { hostname, port } = new URL(replica.url);
  await ask(master, (redis) => redis.replicaof(hostname, port));
  address.leadTo(replica.url);
}

async function openOn(url: string) {
  const lines: { fields: Record<string, unknown>; text: string }[] = [];
  const log = { warn: (fields: object, text = '') => void lines.push({ fields: { ...fields }, text }) };
  const queues = await openQueues({ kind: 'redis', url, prefix: 'swap' }, SETTINGS, log);
  onTestFinished(() => queues.close(500));
  return { queues, lines };
}

describe.runIf(inject('redisUrl'))('when two Redis servers behind one address swap their roles', () => {
  test('a job that is added just then, one that waits for its time and one in work are all done', async () => {
    const pair = await startPair();
    const { queues } = await openOn(pair.address.url);
    const done: string[] = [];
    const { promise: mayEnd, resolve: endLong } = Promise.withResolvers<void>();
    const { promise: longBegan, resolve: begin } = Promise.withResolvers<void>();
    queues.worker(
      'work',
      async (job) => {
        if (job.id === 'long') begin();
        if (job.id === 'long') await mayEnd;
        done.push(job.id ?? '');
      },
      { concurrency: 5 },
    );
    const queue = queues.queue('work');
    await queue.add('advance', {}, { jobId: 'waits', delay: 2_000 });
    await queue.add('advance', {}, { jobId: 'long' });
    await longBegan;
    await swapRoles(pair);
    endLong();
    await queue.add('advance', {}, { jobId: 'just-then' });
    await vi.waitFor(() => expect(done.toSorted()).toEqual(['just-then', 'long', 'waits']), PATIENTLY);
    await vi.waitFor(
      async () => expect(await queue.getJobCounts('completed')).toEqual({ completed: 3 }),
      PATIENTLY,
    );
  }, 60_000);

  test('readiness fails as long as the address leads to the replica, and the log has both ends of it', async () => {
    const pair = await startPair();
    const { queues, lines } = await openOn(pair.address.url);
    queues.worker('work', async () => undefined, { concurrency: 1 });
    await queues.ping();
    await swapRoles(pair);
    pair.address.leadTo(pair.master.url);
    await expect(queues.ping()).rejects.toThrow(/Redis at 127\.0\.0\.1:\d+ cannot be used: .*READONLY/);
    pair.address.leadTo(pair.replica.url);
    await vi.waitFor(() => queues.ping(), PATIENTLY);
    await vi.waitFor(
      () => expect(lines.at(-1)?.text).toMatch(/^redis: works again after [\d.]+ s$/),
      PATIENTLY,
    );
    // What was blocked is told first; before the next is refused, the connection may have worked again.
    const outage = [
      { fields: { subject: 'redis', reason: expect.stringMatching(/READONLY|UNBLOCKED/) } },
      { fields: { subject: 'redis', awayS: expect.any(Number) } },
    ];
    expect(lines).toMatchObject(lines.length > 2 ? [...outage, ...outage] : outage);
    expect(lines[0]?.fields.at).toMatch(/^127\.0\.0\.1:\d+$/);
  }, 60_000);

  test('a server that has gone silent is given up, too', async () => {
    const pair = await startPair();
    const { queues } = await openOn(pair.address.url);
    const done: string[] = [];
    queues.worker('work', async (job) => void done.push(job.id ?? ''), { concurrency: 1 });
    const queue = queues.queue('work');
    await queue.add('advance', {}, { jobId: 'before' });
    await vi.waitFor(() => expect(done).toEqual(['before']), PATIENTLY);
    process.kill(pair.master.pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(pair.master.pid, 'SIGCONT'));
    await ask(pair.replica, (redis) => redis.replicaof('NO', 'ONE'));
    pair.address.leadTo(pair.replica.url);
    await vi.waitFor(() => queue.add('advance', {}, { jobId: 'after' }), PATIENTLY);
    await vi.waitFor(() => expect(done).toEqual(['before', 'after']), { timeout: 40_000, interval: 100 });
  }, 90_000);

  test.runIf(inject('postgresUrl'))(
    'people are called as before, what they pressed meanwhile counts, and the process is ready',
    async () => {
      const pair = await startPair();
      const world = await worldOfThisTest(async () => ({
        ...(await freshStores('postgres+redis')),
        queue: { kind: 'redis', url: pair.address.url, prefix: 'story' },
      }));
      expect((await world.story('press-pound')).outcome).toBe('approved');
      const ringing = stopAt(world, (event) => isStatus(event, 'ringing'));
      const live = await world.request('press-pound');
      await ringing;
      await swapRoles(pair);
      world.time.resume();
      const later = await world.request('press-pound');
      await vi.waitFor(async () => {
        await world.time.idle();
        expect((await world.read(later.id)).state).toBe('finished');
      }, PATIENTLY);
      await world.settle();
      await expectOneEnd(world, live.id, { outcome: 'approved' });
      await expectOneEnd(world, later.id, { outcome: 'approved' });
      const ready = await look(world, '/readyz');
      expect(ready).toMatchObject({ status: 200, json: { checks: { queue: { status: 'ok' } } } });
    },
    60_000,
  );
});
