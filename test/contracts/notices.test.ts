/** What processes tell each other, through PostgreSQL and through Redis. */
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { NoticeListener, Notices } from '../../src/platform/queue/notices.ts';
import type { Queues } from '../../src/platform/queue/open-queues.ts';
import { HAS_REDIS } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { startRedis } from '../support/servers.ts';
import { type FreshStores, SHARED_STORES } from '../support/stores.ts';
import { openBoth, placeFor } from './store-fixtures.ts';

/** A listener that keeps what it hears. */
function listen(queues: Queues, name = 'birds') {
  const heard: string[] = [];
  const failures: string[] = [];
  const state = { began: 0 };
  const listener: NoticeListener = {
    heard: (text) => void heard.push(text),
    began: () => void state.began++,
    failed: (error) => void failures.push(String(error)),
  };
  const notices: Notices = queues.openNotices(name, listener);
  onTestFinished(() => notices.close());
  const begins = (times = 1) => vi.waitFor(() => expect(state.began).toBe(times), SOON);
  return { notices, heard, failures, begins };
}

describe.each(SHARED_STORES)('notices on %s', (combination) => {
  const openTwo = async (stores: FreshStores) => [
    (await openBoth(stores)).queues,
    (await openBoth(stores)).queues,
  ];

  it('reach every process that listens, in order, also the sender, and nobody by another name', async () => {
    const [one, other] = (await openTwo(await placeFor(combination))) as [Queues, Queues];
    const [here, there, elsewhere] = [listen(one), listen(other), listen(other, 'bees')];
    await Promise.all([here.begins(), there.begins(), elsewhere.begins()]);
    const texts = ['first', 'å "quoted" \\ \'', 'x'.repeat(7_000)];
    for (const text of texts) await here.notices.send(text);
    await vi.waitFor(() => expect([here.heard, there.heard]).toEqual([texts, texts]), SOON);
    expect(elsewhere.heard).toEqual([]);
  });

  it('are not heard after the end, and not sent', async () => {
    const [one, other] = (await openTwo(await placeFor(combination))) as [Queues, Queues];
    const [here, there, more] = [listen(one), listen(other), listen(other)];
    await Promise.all([here.begins(), there.begins(), more.begins()]);
    await there.notices.close();
    await there.notices.close();
    await here.notices.send('after the end');
    await vi.waitFor(() => expect(more.heard).toEqual(['after the end']), SOON);
    expect([there.heard, there.failures]).toEqual([[], []]);
  });

  it('are for processes of the same place only', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async () => (await openBoth(await placeFor(combination))).queues),
    );
    const [here, there] = [listen(one as Queues), listen(other as Queues)];
    await Promise.all([here.begins(), there.begins()]);
    await here.notices.send('here');
    await there.notices.send('there');
    await vi.waitFor(() => expect([here.heard, there.heard]).toEqual([['here'], ['there']]), SOON);
  });
});

if (SHARED_STORES.includes('postgres')) {
  it('through PostgreSQL begin again when their connection was cut, and say that they were interrupted', async () => {
    const stores = await placeFor('postgres');
    const { notices, heard, failures, begins } = listen((await openBoth(stores)).queues);
    await begins();
    const client = new Client({ connectionString: stores.databaseUrl ?? '' });
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query = 'listen poundkey_birds' and datname = current_database()`,
    );
    await client.end();
    await begins(2);
    expect(failures).toHaveLength(1);
    await notices.send('again');
    await vi.waitFor(() => expect(heard).toEqual(['again']), SOON);
  });
}

if (HAS_REDIS)
  it('on Redis, a user who may use no channels is told so, and heard once it may', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const admin = new Redis(server.url);
    onTestFinished(() => void admin.disconnect());
    await admin.acl('SETUSER', 'limited', 'on', '>pw', '~*', '+@all', 'resetchannels');
    const stores = await placeFor('postgres+redis');
    const url = server.url.replace('redis://', 'redis://limited:pw@');
    const { queues } = await openBoth({ ...stores, queue: { kind: 'redis', url, prefix: 'limited' } });
    const { notices, heard, failures, begins } = listen(queues);
    await vi.waitFor(() => expect(failures[0]).toContain('NOPERM'), SOON);
    await expect(notices.send('text')).rejects.toThrow('NOPERM');
    await queues.ping();
    await admin.acl('SETUSER', 'limited', 'allchannels');
    await begins();
    await notices.send('now');
    await vi.waitFor(() => expect(heard).toEqual(['now']), SOON);
  });
