/** What the rest of Poundkey relies on, whichever database it is given. */
import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import type { Database } from '../../src/platform/database/open-database.ts';
import { SOON } from '../support/own-time.ts';
import { describeEachStore } from '../support/stores.ts';
import type { Samples } from './sample-migrations.ts';
import { openSamples, placeFor } from './store-fixtures.ts';

/** SQL expression, and what a row must hold. */
const VALUES: Array<[string, unknown]> = [
  ['1::int4', 1],
  ['9007199254740991::int8', 9007199254740991],
  ['count(*) over ()', 1],
  ["'{1,NULL,3}'::int8[]", [1, null, 3]],
  ["'{}'::int8[]", []],
  ['1.50::numeric', '1.50'],
  ['1.5::float8', 1.5],
  ['true', true],
  ["date '2026-03-29'", '2026-03-29'],
  ["timestamp '2026-03-29 02:30:00'", '2026-03-29 02:30:00'],
  ["timestamptz '2026-03-29 02:30:00.123+02'", new Date('2026-03-29T00:30:00.123Z')],
  ["interval '1 day 2 hours'", '1 day 02:00:00'],
  ["'\\xdeadbeef'::bytea", Buffer.from('deadbeef', 'hex')],
  ['\'{"some_key": [1, null, "é"]}\'::jsonb', { some_key: [1, null, 'é'] }],
  ['\'{a,"b c"}\'::text[]', ['a', 'b c']],
  ["'0190c0de-0000-7000-8000-000000000001'::uuid", '0190c0de-0000-7000-8000-000000000001'],
  ['null::text', null],
];

/** Parameter, the type it is sent as, and what comes back. */
const PARAMETERS: Array<[unknown, string, unknown]> = [
  ['text', 'text', 'text'],
  ['', 'text', ''],
  ['it\'s \\ "quoted"', 'text', 'it\'s \\ "quoted"'],
  [7, 'int4', 7],
  [9007199254740991, 'int8', 9007199254740991],
  [true, 'boolean', true],
  [null, 'text', null],
  [undefined, 'text', null],
  [new Date('2026-11-21T09:00:00.123Z'), 'timestamptz', new Date('2026-11-21T09:00:00.123Z')],
  [{ some_key: { deep: [1, 2] } }, 'jsonb', { some_key: { deep: [1, 2] } }],
  [JSON.stringify([1, 'two']), 'jsonb', [1, 'two']],
  [['a', 'b'], 'text[]', ['a', 'b']],
  [Buffer.from([0, 1, 255]), 'bytea', Buffer.from([0, 1, 255])],
];

const insert = (db: Database<Samples>['db'], id: string) =>
  db.insertInto('sample').values({ id, someText: id, amount: null, data: null });

const ids = async (db: Database<Samples>['db']) =>
  (await db.selectFrom('sample').select('id').orderBy('id').execute()).map((row) => row.id);

describeEachStore('the database', (combination) => {
  const open = async () => openSamples((await placeFor(combination)).database);

  it('reads each type as the same JavaScript value', async () => {
    const { db } = await open();
    for (const [expression, expected] of VALUES) {
      const { rows } = await sql<{ value: unknown }>`select ${sql.raw(expression)} as value`.execute(db);
      expect(rows, expression).toEqual([{ value: expected }]);
    }
  });

  it('refuses to read an integer that JavaScript cannot hold', async () => {
    const { db } = await open();
    await expect(sql`select 9007199254740993::int8 as value`.execute(db)).rejects.toThrow('beyond 2^53 - 1');
  });

  it('sends each kind of parameter', async () => {
    const { db } = await open();
    for (const [parameter, type, expected] of PARAMETERS) {
      const { rows } = await sql<{
        value: unknown;
      }>`select ${parameter}::${sql.raw(type)} as value`.execute(db);
      expect(rows, `${type} ${String(parameter)}`).toEqual([{ value: expected }]);
    }
  });

  it('maps columns to camelCase and leaves the keys of JSON values alone', async () => {
    const { db } = await open();
    await db
      .insertInto('sample')
      .values({ id: 'a', someText: 't', amount: 5, data: { snake_key: { inner_key: 1 } } })
      .execute();
    const row = await db.selectFrom('sample').selectAll().executeTakeFirstOrThrow();
    expect(row).toEqual({ id: 'a', someText: 't', amount: 5, data: { snake_key: { inner_key: 1 } } });
  });

  it('runs a hand-written statement and gives its rows as the query builder would', async () => {
    const { db, run } = await open();
    const inserted = await run<{ id: string; someText: string }>({
      text: 'insert into sample (id, some_text, data) values ($1, $2, $3), ($4, null, null) returning id, some_text',
      values: ['a', 'one', { snake_key: 1 }, 'b'],
    });
    expect(inserted).toEqual([
      { id: 'a', someText: 'one' },
      { id: 'b', someText: null },
    ]);
    const rows = await run({ text: 'select * from sample order by id', values: [] });
    expect(rows).toEqual(await db.selectFrom('sample').selectAll().orderBy('id').execute());
    expect(await run({ text: 'update sample set amount = $1 where id = $2', values: [1, 'c'] })).toEqual([]);
    const again = run({ text: 'insert into sample (id) values ($1)', values: ['a'] });
    await expect(again).rejects.toMatchObject({ code: '23505', constraint: 'sample_pkey' });
  });

  it('counts the rows a statement changed', async () => {
    const { db } = await open();
    const inserted = await insert(db, 'a').executeTakeFirst();
    const none = await db.updateTable('sample').set({ amount: 1 }).where('id', '=', 'x').executeTakeFirst();
    const deleted = await db.deleteFrom('sample').executeTakeFirst();
    expect([inserted.numInsertedOrUpdatedRows, none.numUpdatedRows, deleted.numDeletedRows]).toEqual([
      1n,
      0n,
      1n,
    ]);
  });

  it('says which constraint was violated', async () => {
    const { db } = await open();
    await insert(db, 'a').execute();
    const again = db.insertInto('sample').values({ id: 'b', someText: 'a', amount: null, data: null });
    await expect(again.execute()).rejects.toMatchObject({
      code: '23505',
      table: 'sample',
      constraint: 'sample_some_text_key',
    });
  });

  it('undoes a transaction that throws', async () => {
    const { db } = await open();
    const failing = db.transaction().execute(async (tx) => {
      await insert(tx, 'a').execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await ids(db)).toEqual([]);
  });

  it('does not pretend to commit after a statement of the transaction failed', async () => {
    const { db } = await open();
    const swallowing = db.transaction().execute(async (tx) => {
      await insert(tx, 'a').execute();
      await insert(tx, 'a')
        .execute()
        .catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(/aborted|rolled back/i);
    expect(await ids(db)).toEqual([]);
  });

  it('keeps a statement of the queue out of a transaction that is open at the time', async () => {
    const { db, queuePool } = await open();
    const outside: Array<Promise<unknown>> = [];
    const failing = db.transaction().execute(async (tx) => {
      await insert(tx, 'inside').execute();
      outside.push(queuePool.query('insert into public.sample (id) values ($1)', ['outside']));
      await insert(tx, 'inside too').execute();
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    await Promise.all(outside);
    expect(await ids(db)).toEqual(['outside']);
  });

  it('runs many transactions at once without mixing them', async () => {
    const { db } = await open();
    await insert(db, 'sum').execute();
    await db.updateTable('sample').set({ amount: 0 }).execute();
    const add = () =>
      db.transaction().execute(async (tx) => {
        const row = await tx.selectFrom('sample').select('amount').forUpdate().executeTakeFirstOrThrow();
        await tx
          .updateTable('sample')
          .set({ amount: (row.amount ?? 0) + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 30 }, add));
    expect(await db.selectFrom('sample').select('amount').execute()).toEqual([{ amount: 30 }]);
  });

  it('tells a listening client, holds nobody up for it, and stops when it is released', async () => {
    const { db, queuePool } = await open();
    const client = await queuePool.connect();
    const heard: unknown[] = [];
    client.on('notification', ({ channel, payload }) => heard.push([channel, payload]));
    await client.query('-- a comment in front, as BullMQ has it\nLISTEN samples;\n');
    await sql`select pg_notify('samples', 'one')`.execute(db);
    await vi.waitFor(() => expect(heard).toEqual([['samples', 'one']]), SOON);
    client.removeAllListeners();
    client.release(true);
    await sql`select pg_notify('samples', 'two')`.execute(db);
    expect(await ids(db)).toEqual([]);
    expect(heard).toHaveLength(1);
  });

  it('lets others be heard between two statements', async () => {
    const { run } = await open();
    let heard = 0;
    const hear = () => {
      heard += 1;
      if (!isOver) setImmediate(hear);
    };
    let isOver = false;
    setImmediate(hear);
    for (let statements = 0; statements < 20; statements += 1)
      await run({ text: 'select $1::int', values: [statements] });
    isOver = true;
    expect(heard).toBeGreaterThanOrEqual(20);
  });

  it('keeps our tables and those of BullMQ apart, and under different names', async () => {
    const { db } = await open();
    const { rows } = await sql<{ tableSchema: string; tableName: string }>`
      select table_schema, table_name from information_schema.tables
      where table_schema in ('public', 'bullmq')`.execute(db);
    const schemasOf = (name: string) =>
      rows.filter((row) => row.tableName === name).map((row) => row.tableSchema);
    expect(schemasOf('sample')).toEqual(['public']);
    expect(schemasOf('verification')).toEqual(['public']);
    expect(schemasOf('job')).toEqual(combination === 'postgres+redis' ? [] : ['bullmq']);
    const names = rows.map((row) => row.tableName);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('refuses work after it is closed, and closes twice without harm', async () => {
    const { db, close } = await open();
    await close();
    await expect(sql`select 1`.execute(db)).rejects.toThrow(/after calling end/i);
    await close();
  });
});
