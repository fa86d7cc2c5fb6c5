/** Opening and closing: locks, migrations, and what an operator is told. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { takeDataLock } from '../../src/platform/database/data-lock.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { createTurns } from '../../src/platform/database/turns.ts';
import { freePort } from '../support/processes.ts';
import { startScript } from '../support/run-script.ts';
import { describeEachStore, type FreshStores } from '../support/stores.ts';
import { sampleMigrations } from './sample-migrations.ts';
import { createLines, openSamples, placeFor } from './store-fixtures.ts';

const program = new URL('./open-stores-process.ts', import.meta.url);
const openElsewhere = (stores: FreshStores, then = 'stay') =>
  startScript(program, [JSON.stringify(stores), then]);

describeEachStore('opening and closing', (combination) => {
  it('leaves nothing running after close', async () => {
    const stores = await placeFor(combination);
    const { exit } = openElsewhere(stores, 'use and close');
    expect(await exit).toEqual({ code: 0, output: 'opened\nclosed\n' });
  });

  it('finds what was written before', async () => {
    const { database } = await placeFor(combination);
    const first = await openSamples(database);
    await first.db.insertInto('sample').values({ id: 'a', someText: null, amount: 1, data: null }).execute();
    await first.close();
    const second = await openSamples(database);
    expect(await second.db.selectFrom('sample').select('id').execute()).toEqual([{ id: 'a' }]);
  });

  it('names a migration that fails, undoes it, and can be opened again', async () => {
    const { database } = await placeFor(combination);
    const broken = {
      ...sampleMigrations,
      '9002-broken': {
        up: async (db: Parameters<(typeof sampleMigrations)[string]['up']>[0]) => {
          await sql`create table half (id int)`.execute(db);
          await sql`create table sample (id int)`.execute(db);
        },
      },
    };
    await expect(openDatabase(database, broken, createLines().log)).rejects.toThrow(
      /Migration 9002-broken failed and was rolled back: .*"sample" already exists/,
    );
    const { db } = await openSamples(database);
    const { rows } = await sql`select to_regclass('public.half') as half`.execute(db);
    expect(rows).toEqual([{ half: null }]);
  });

  it('refuses a database whose migrations it does not know', async () => {
    const { database } = await placeFor(combination);
    await (await openSamples(database)).close();
    await expect(openDatabase(database, {}, createLines().log)).rejects.toThrow(
      'The database migrations failed',
    );
  });
});

describe.runIf(inject('postgresUrl'))('several processes on one PostgreSQL', () => {
  it('migrate at the same time, each step once', async () => {
    const stores = await placeFor('postgres');
    const starts = Array.from({ length: 3 }, () => openElsewhere(stores, 'use and close').exit);
    const ends = await Promise.all(starts);
    expect(ends).toEqual(ends.map(() => ({ code: 0, output: 'opened\nclosed\n' })));
    const { db } = await openSamples(stores.database);
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    expect(rows.map((row) => row.name)).toEqual(Object.keys(sampleMigrations));
  });
});

describe('a PostgreSQL that is not there', () => {
  it('is named without its password', async () => {
    const port = await freePort();
    const url = `postgres://poundkey:s3cret@127.0.0.1:${port}/registry`;
    const opening = openDatabase({ kind: 'postgres', url, poolSize: 2 }, {}, createLines().log);
    const message = await opening.then(String, (error: Error) => error.message);
    expect(message).toContain(`The database 127.0.0.1:${port}/registry cannot be used`);
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('s3cret');
  });
});

describe.runIf(inject('postgresUrl'))('a PostgreSQL that is far away', () => {
  it('answers who comes first, although a connection takes longer to make than anybody waits for one', async () => {
    const { database } = await placeFor('postgres');
    const place = database as Extract<typeof database, { kind: 'postgres' }>;
    const { db } = await openSamples({ ...place, url: await slowWayTo(place.url) });
    const { rows } = await sql`select 1 as one`.execute(db);
    expect(rows).toEqual([{ one: 1 }]);
  });
});

/** Another address of a server, at which it takes 1.2 s until anything gets through. */
async function slowWayTo(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  const way = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(Number(port), host);
    setTimeout(() => near.pipe(far).pipe(near), 1_200);
    for (const end of [near, far]) end.on('error', () => void [near, far].map((each) => each.destroy()));
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void way.close());
  return Object.assign(new URL(url), { port: `${(way.address() as AddressInfo).port}` }).href;
}

describe.runIf(inject('postgresUrl'))('closing a database on PostgreSQL', () => {
  it('closes a connection that nobody gives back', async () => {
    const { database } = await placeFor('postgres');
    const { queuePool, close } = await openSamples(database);
    const client = await queuePool.connect();
    const ended = new Promise<void>((resolve) => client.on('end', resolve));
    await close();
    await ended;
  });
});

describe('the embedded database in memory', () => {
  it('needs no directory and starts empty', async () => {
    const { db } = await openSamples({ kind: 'embedded', dataDir: null });
    expect(await db.selectFrom('sample').selectAll().execute()).toEqual([]);
  });
});

describe('the lock on a data directory', () => {
  const directory = () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-lock-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    return dataDir;
  };

  it('refuses a second process while the first lives, and lets it in when the first was killed', async () => {
    const stores = await placeFor('embedded');
    const { database } = stores;
    const first = openElsewhere(stores);
    onTestFinished(() => void first.process.kill('SIGKILL'));
    await vi.waitFor(() => expect(first.output()).toBe('opened\n'), { timeout: 20_000 });
    const { dataDir } = database as { dataDir: string };
    await expect(openSamples(database)).rejects.toThrow(
      `The data directory ${dataDir} is in use by process ${first.process.pid} on ${hostname()}`,
    );
    first.process.kill('SIGKILL');
    await first.exit;
    const { db } = await openSamples(database);
    expect(await db.selectFrom('sample').select('id').execute()).toEqual([]);
  });

  it('refuses a second opening within the same process and says what to do', async () => {
    const dataDir = directory();
    const lock = takeDataLock(dataDir);
    expect(() => takeDataLock(dataDir)).toThrow('Stop that process or choose another directory.');
    lock.release();
    takeDataLock(dataDir).release();
  });

  it('is not given away by a file that is gone, or that names somebody who is', async () => {
    const dataDir = directory();
    const lock = takeDataLock(dataDir);
    onTestFinished(() => lock.release());
    rmSync(join(dataDir, 'lock'));
    expect(() => takeDataLock(dataDir)).toThrow('is in use by something unknown');
    writeFileSync(join(dataDir, 'lock'), `2147483647 ${hostname()}\n`);
    expect(() => takeDataLock(dataDir)).toThrow(`is in use by process 2147483647 on ${hostname()}`);
  });

  it('of a process that stands still is not given away, and that of one that was killed is', async () => {
    const stores = await placeFor('embedded');
    const { dataDir } = stores.database as { dataDir: string };
    const first = openElsewhere(stores);
    onTestFinished(() => void first.process.kill('SIGKILL'));
    await vi.waitFor(() => expect(first.output()).toBe('opened\n'), { timeout: 20_000 });
    // As a container sees it: the owner has another host name, and its process id is that of somebody else here.
    writeFileSync(join(dataDir, 'lock'), `${process.pid} 3f0c1a52b7de\nlock.db\n`);
    first.process.kill('SIGSTOP');
    expect(() => takeDataLock(dataDir)).toThrow(`is in use by process ${process.pid} on 3f0c1a52b7de`);
    first.process.kill('SIGKILL');
    await first.exit;
    takeDataLock(dataDir).release();
  });

  it('takes over a file with our own process id that we do not hold, as containers reuse ids', () => {
    const dataDir = directory();
    writeFileSync(join(dataDir, 'lock'), `${process.pid} ${hostname()}\n`);
    takeDataLock(dataDir).release();
  });

  it.each([
    ['another machine', '1 some-other-host\n', 'process 1 on some-other-host'],
    ['a process that lives', `${process.ppid} ${hostname()}\n`, `process ${process.ppid} on ${hostname()}`],
    ['a file it does not understand', 'hello', 'something unknown'],
  ])(
    'refuses a lock of %s that an earlier version left, since nobody can tell whether its owner lives',
    (_, content, who) => {
      const dataDir = directory();
      writeFileSync(join(dataDir, 'lock'), content);
      expect(() => takeDataLock(dataDir)).toThrow(new RegExp(`is in use by ${who};.* delete .*/lock `));
      expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toBe(content);
    },
  );

  it('leaves a lock alone that somebody else has taken over meanwhile', () => {
    const dataDir = directory();
    const lock = takeDataLock(dataDir);
    writeFileSync(join(dataDir, 'lock'), '1 elsewhere\n');
    lock.release();
    expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toBe('1 elsewhere\n');
  });
});

describe('turns on the embedded database', () => {
  it('come in order of asking', async () => {
    const turns = createTurns();
    const order: number[] = [];
    const work = async (n: number) => {
      const giveBack = await turns.take(1_000);
      order.push(n);
      giveBack();
    };
    await Promise.all([1, 2, 3].map(work));
    expect(order).toEqual([1, 2, 3]);
  });

  it('end with an error for who waits too long, and pass on to the next', async () => {
    const turns = createTurns();
    const giveBack = await turns.take(1_000);
    await expect(turns.take(5)).rejects.toThrow('inside a transaction use only its own handle');
    const next = turns.take(1_000);
    giveBack();
    (await next)();
  });
});
