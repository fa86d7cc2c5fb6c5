/** A PostgreSQL that restarts under a running service. */
import { sql } from 'kysely';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { livedMs, SOON } from '../support/own-time.ts';
import { startPostgres } from '../support/servers.ts';
import { openSamples } from './store-fixtures.ts';

const openOnServerOfOurOwn = async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const database = await openSamples({ kind: 'postgres', url: server.url, poolSize: 3 });
  return { server, database };
};

describe.runIf(inject('postgresUrl'))('a PostgreSQL that goes away', () => {
  it('is used again after a restart, by the registry and by the queue', async () => {
    const { server, database } = await openOnServerOfOurOwn();
    await Promise.all([1, 2, 3].map(() => sql`select 1`.execute(database.db)));
    await database.queuePool.query('select 1');
    await server.restart();
    await vi.waitFor(() => sql`select 1`.execute(database.db), { timeout: 10_000 });
    await vi.waitFor(() => database.queuePool.query('select count(*) from job'), { timeout: 10_000 });
  });

  it('fails a transaction that was open, and nothing else', async () => {
    const { server, database } = await openOnServerOfOurOwn();
    const interrupted = database.db.transaction().execute(async (tx) => {
      await tx.insertInto('sample').values({ id: 'a', someText: null, amount: 1, data: null }).execute();
      await server.restart();
      await tx.insertInto('sample').values({ id: 'b', someText: null, amount: 1, data: null }).execute();
    });
    await expect(interrupted).rejects.toThrow();
    const rows = await vi.waitFor(() => database.db.selectFrom('sample').selectAll().execute(), SOON);
    expect(rows).toEqual([]);
  });

  it('fails statements within 2 s while it is away, and tells the queue in words that make it try again', async () => {
    const { server, database } = await openOnServerOfOurOwn();
    await sql`select 1`.execute(database.db);
    await server.halt();
    const ask = async () => {
      await expect(sql`select 1`.execute(database.db)).rejects.toThrow();
      await expect(database.queuePool.query('select 1')).rejects.toThrow('Connection is closed.');
    };
    expect(await livedMs(ask)).toBeLessThan(2_000);
    await server.start();
    await vi.waitFor(() => sql`select 1`.execute(database.db), { timeout: 10_000 });
  });

  it('is given up without a trace when it never comes back', async () => {
    const { server, database } = await openOnServerOfOurOwn();
    await sql`select 1`.execute(database.db);
    await server.kill();
    await database.close();
  });
});
