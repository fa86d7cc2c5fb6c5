/** A PostgreSQL that can be read but not written to: a standby after a failover, or a server whose disk is full. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { isUnavailable } from '../../src/platform/http/unavailable.ts';
import { type Forwarder, startForwarder } from '../support/forwarder.ts';
import { SOON } from '../support/own-time.ts';
import type { TestServer } from '../support/processes.ts';
import { startPostgres } from '../support/servers.ts';
import { type Samples, sampleMigrations } from './sample-migrations.ts';
import { createLines } from './store-fixtures.ts';

async function startServer(): Promise<TestServer> {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  return server;
}

async function setReadOnly({ url }: TestServer, value: 'on' | 'off'): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('set default_transaction_read_only to off');
  await client.query(`alter system set default_transaction_read_only to ${value}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

async function open(url: string) {
  const { lines, log } = createLines();
  const database = await openDatabase<Samples>({ kind: 'postgres', url, poolSize: 3 }, sampleMigrations, log);
  onTestFinished(() => database.close());
  const write = () =>
    database.db
      .insertInto('sample')
      .values({ id: crypto.randomUUID(), someText: null, amount: 1, data: null })
      .execute();
  const session = async () =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.db)).rows[0]?.pid;
  return { ...database, lines, write, session };
}

async function openBehind(): Promise<{ address: Forwarder; servers: [TestServer, TestServer] }> {
  const servers: [TestServer, TestServer] = [await startServer(), await startServer()];
  for (const { url } of servers)
    await (
      await openDatabase({ kind: 'postgres', url, poolSize: 2 }, sampleMigrations, createLines().log)
    ).close();
  const address = await startForwarder(servers[0].url);
  onTestFinished(() => address.stop());
  return { address, servers };
}

describe.runIf(inject('postgresUrl'))('a PostgreSQL that turns read-only', () => {
  it('counts as unavailable, is said to be so, and is used again when it can be written to', async () => {
    const server = await startServer();
    const { write, check, lines, session } = await open(server.url);
    await write();
    const before = await session();
    await setReadOnly(server, 'on');
    const error = await vi.waitFor(
      () =>
        write().then(
          () => Promise.reject(new Error('it was written')),
          (refused) => refused,
        ),
      SOON,
    );
    expect(isUnavailable(error)).toBe(true);
    await expect(check()).rejects.toThrow(
      /^PostgreSQL at 127\.0\.0\.1:\d+\/postgres cannot be used: 25006 the server is read-only/,
    );
    expect(await session()).not.toBe(before);
    await setReadOnly(server, 'off');
    await vi.waitFor(write, { timeout: 10_000 });
    await check();
    await vi.waitFor(() => expect(lines).toHaveLength(2), { timeout: 10_000 });
    expect(lines).toMatchObject([
      { fields: { subject: 'postgres', at: expect.stringMatching(/^127\.0\.0\.1:\d+\/postgres$/) } },
      { text: expect.stringMatching(/^postgres: works again after [\d.]+ s$/) },
    ]);
    expect(lines[0]?.fields).toMatchObject({ reason: expect.stringContaining('25006') });
  }, 60_000);

  it('is left for the server that has taken over behind the address, by idle and busy connections alike', async () => {
    const { address, servers } = await openBehind();
    const { write, check, queuePool } = await open(address.url);
    const listener = await queuePool.connect();
    const ended = new Promise<void>((resolve) => listener.on('end', resolve));
    await write();
    await setReadOnly(servers[0], 'on');
    address.leadTo(servers[1].url);
    await vi.waitFor(() => expect(check()).rejects.toThrow('25006'), SOON);
    await ended;
    await check();
    await write();
  }, 60_000);

  it('is noticed within a transaction, which then fails as a whole', async () => {
    const { address, servers } = await openBehind();
    const { db, write } = await open(address.url);
    await write();
    await setReadOnly(servers[0], 'on');
    const writeWithin = () =>
      db
        .transaction()
        .execute((tx) =>
          tx
            .insertInto('sample')
            .values({ id: randomUUID(), someText: null, amount: 1, data: null })
            .execute(),
        );
    // Connections hear of the new setting a moment later.
    const error = await vi.waitFor(
      () =>
        writeWithin().then(
          () => Promise.reject(new Error('it was written')),
          (refused: unknown) => refused,
        ),
      SOON,
    );
    expect(isUnavailable(error)).toBe(true);
    address.leadTo(servers[1].url);
    await vi.waitFor(write, SOON);
  }, 60_000);
});
