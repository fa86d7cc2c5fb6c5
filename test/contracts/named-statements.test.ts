/** Statements that repeat have names on PostgreSQL, so that the server plans them once. */
import { type Kysely, sql } from 'kysely';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { DescribedQuery } from '../../src/platform/database/described-query.ts';
import { createStatementNames } from '../../src/platform/database/named-statements.ts';
import type { Database } from '../../src/platform/database/open-database.ts';
import type { Samples } from './sample-migrations.ts';
import { openSamples, placeFor } from './store-fixtures.ts';

/** The statements that have a name on the one connection of the database. */
async function named({ run }: Database<Samples>): Promise<string[]> {
  const rows = await run<{ statement: string }>({
    text: `select statement from pg_prepared_statements where statement not like '%pg_prepared%' and $1`,
    values: [true],
  });
  return rows.map(({ statement }) => statement).sort();
}

/** With one connection, so that each statement meets those before it. */
async function openWith(statements: 'named' | 'unnamed'): Promise<Database<Samples>> {
  const { database } = await placeFor('postgres');
  const place = database as Extract<typeof database, { kind: 'postgres' }>;
  return openSamples({ ...place, poolSize: 1, statements });
}

describe.runIf(inject('postgresUrl'))('named statements', () => {
  it('are those that are sent again, whoever wrote them', async () => {
    const database = await openWith('named');
    const { db, run } = database;
    for (const id of ['a', 'b', 'c']) {
      await run({ text: 'insert into sample (id) values ($1)', values: [id] });
      await db.selectFrom('sample').select('id').where('id', '=', id).execute();
    }
    await run({ text: 'select 1 where $1', values: [true] });
    expect(await named(database)).toEqual([
      'insert into sample (id) values ($1)',
      'select "id" from "sample" where "id" = $1',
    ]);
  });

  it('are planned once, for tables that grow, and never compiled, which would take longer than they run', async () => {
    const { run } = await openWith('named');
    const settings = await run({
      text: `select current_setting('jit') as jit, current_setting('plan_cache_mode') as plans,
        current_setting('enable_seqscan') as whole, current_setting('enable_hashjoin') as hashed,
        current_setting('enable_mergejoin') as merged where $1`,
      values: [true],
    });
    expect(settings).toEqual([
      { jit: 'off', plans: 'force_generic_plan', whole: 'off', hashed: 'off', merged: 'off' },
    ]);
  });

  it('have their result described once, and read as before', async () => {
    const described = vi.spyOn(DescribedQuery.prototype, 'handleRowDescription');
    onTestFinished(() => described.mockRestore());
    const { run } = await openWith('named');
    const at = new Date('2026-11-21T09:00:00.123Z');
    const read = () =>
      run({
        text: 'select $1::timestamptz as at, $2::int as amount, $3::text as no_text',
        values: [at, 7, null],
      });
    const rows = [];
    for (const _ of [1, 2, 3, 4]) rows.push(...(await read()));
    expect(rows).toEqual(Array.from({ length: 4 }, () => ({ at, amount: 7, noText: null })));
    expect(described).toHaveBeenCalledTimes(1);
  });

  it('are none where the setting says so', async () => {
    const database = await openWith('unnamed');
    for (const id of ['a', 'b', 'c'])
      await database.run({ text: 'insert into sample (id) values ($1)', values: [id] });
    expect(await named(database)).toEqual([]);
  });

  it('go on when a newer version adds a column to a table of which they return all', async () => {
    const { db, run } = await openWith('named');
    await run({ text: 'insert into sample (id) values ($1)', values: ['a'] });
    const read = () => run({ text: 'select * from sample where id = $1', values: ['a'] });
    for (const _ of [1, 2, 3]) await read();
    await sql`alter table sample add column added int default 7`.execute(db);
    expect(await read()).toEqual([{ id: 'a', someText: null, amount: null, data: null, added: 7 }]);
    expect(await read()).toHaveLength(1);
  });

  it('fail a transaction that such a column hits, and the next one works', async () => {
    const { db } = await openWith('named');
    const readInTransaction = () =>
      db.transaction().execute((tx) => tx.selectFrom('sample').selectAll().where('id', '=', 'a').execute());
    for (const _ of [1, 2, 3]) await readInTransaction();
    await sql`alter table sample add column added int`.execute(db);
    await expect(readInTransaction()).rejects.toMatchObject({ code: '0A000' });
    expect(await readInTransaction()).toEqual([]);
  });

  it('are still told what went wrong', async () => {
    const { run } = await openWith('named');
    const insert = () => run({ text: 'insert into sample (id) values ($1)', values: ['a'] });
    await insert();
    for (const _ of [1, 2, 3]) await expect(insert()).rejects.toMatchObject({ code: '23505' });
  });

  // The first is sent without a name, the second with one.
  it.each(['first', 'second'])('are given up when no answer comes, the %s time', async (time) => {
    const { database: place } = await placeFor('postgres');
    const [holder, { run }] = [await openSamples(place), await openSamples(place)];
    const read = () => run({ text: 'select id from sample where id = $1', values: ['a'] });
    if (time === 'second') await read();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await holder.db.transaction().execute(async (tx) => {
      await sql`lock table sample in access exclusive mode`.execute(tx);
      const waiting = read();
      const given = expect(waiting).rejects.toThrow('Query read timeout');
      while (!(await isWaitedFor(tx)));
      vi.advanceTimersByTime(11_999);
      expect(await Promise.race([waiting, isWaitedFor(tx)])).toBe(true);
      vi.advanceTimersByTime(1);
      await given;
    });
    expect(await read()).toEqual([]);
  });
});

/** Whether somebody waits for a lock on the table of the tests. */
async function isWaitedFor(db: Kysely<Samples>): Promise<boolean> {
  const { rows } = await sql`
    select from pg_locks where relation = 'sample'::regclass and not granted`.execute(db);
  return rows.length > 0;
}

describe('the names of statements', () => {
  it('come with the second use, and to 300 texts at most', () => {
    const { nameOf } = createStatementNames();
    const texts = Array.from({ length: 400 }, (_, index) => `select ${index}`);
    expect(texts.map(nameOf).filter((name) => name !== null)).toEqual([]);
    const names = texts.map(nameOf);
    expect(new Set(names).size).toBe(301);
    expect(names.slice(300).every((name) => name === null)).toBe(true);
    expect(texts.slice(0, 300).map(nameOf)).toEqual(names.slice(0, 300));
  });

  it('do not grow with texts that are never seen again', () => {
    const { nameOf } = createStatementNames();
    for (let index = 0; index < 100_000; index += 1) nameOf(`select ${index}`);
    nameOf('select again');
    expect(nameOf('select again')).toMatch(/^[\da-f]{20}$/);
  });
});
