// What a long history and a long outage of the receiver cost, and messages that their writer delivers itself.

import { type Kysely, sql } from 'kysely';
import statement from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutboxStore } from '../../src/outbox/outbox-store.ts';
import { readWrittenMessage, WRITTEN_MESSAGE, writeMessages } from '../../src/outbox/written-message.ts';
import type { Registry } from '../../src/registry/schema.ts';
import { SOON } from '../support/own-time.ts';
import { describeEachStore, type FreshStores, freshStores } from '../support/stores.ts';
import { openReceiver, type Receiver } from '../support/webhook-receiver.ts';
import { openWorld, type World } from '../support/world.ts';

const WEBHOOKS = { webhooks: { allowPrivate: true, timeLimitMs: 300 } };

describeEachStore('a full outbox', (combination) => {
  let stores: FreshStores;
  let world: World;
  let receiver: Receiver;

  beforeAll(async () => {
    stores = await freshStores(combination);
    world = await openWorld(stores, { config: WEBHOOKS });
    receiver = await openReceiver();
    await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
  });
  afterAll(async () => {
    await receiver?.close();
    await world?.close();
    await stores?.drop();
  });

  const now = () => new Date(world.time.now());
  const scans = async (db: Kysely<Registry>) => {
    const { rows } = await sql<{ scans: number }>`
      select seq_scan as scans from pg_stat_xact_user_tables where relname = 'outbox'`.execute(db);
    return rows[0]?.scans ?? 0;
  };

  test.each(['taken of an empty table', 'taken when everything was due'])(
    'is claimed from by its indexes although the statistics were %s',
    async (statistics) => {
      const tomorrow = new Date(world.time.now() + 86_400_000);
      const undone = new Error('everything this test wrote is undone');
      const write = (db: Kysely<Registry>, count: number, isDelivered: boolean) =>
        sql`insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, delivered_at)
          select gen_random_uuid(), 'contoso', gen_random_uuid(), 'test', '{}', ${tomorrow}::timestamptz,
            ${tomorrow}::timestamptz, case when ${isDelivered}::boolean then ${tomorrow}::timestamptz end
          from generate_series(1, ${count}::int)`.execute(db);
      const done = world.db.transaction().execute(async (db) => {
        // The verifications of these messages are not what this is about.
        await sql`set local session_replication_role = replica`.execute(db);
        if (statistics.includes('due')) await write(db, 500, false);
        await sql`analyze outbox`.execute(db);
        await sql`update outbox set delivered_at = ${tomorrow} where delivered_at is null`.execute(db);
        await write(db, 20_000, true);
        await write(db, 2_000, false);
        const before = await scans(db);
        const store = createOutboxStore(db);
        const leaseUntil = new Date(tomorrow.getTime() + 60_000);
        const wanted = { now: tomorrow, leaseUntil, limit: 100, perTenant: 50, except: [] };
        const claimed = await store.claim(wanted);
        expect(claimed).toHaveLength(50);
        await store.record(claimed.map((message) => ({ message, deliveredAt: tomorrow })));
        expect(await scans(db)).toBe(before);
        throw undone;
      });
      await expect(done).rejects.toBe(undone);
    },
    60_000,
  );

  /** Writes messages about a verification as the statement that completes it does. */
  const complete = async (verificationId: string, first: string, ...more: string[]) => {
    const types: Parameters<typeof writeMessages>[0]['types'] = [
      { type: first },
      ...more.map((type) => ({ type })),
    ];
    const none = statement`null::uuid`;
    const written = writeMessages({ types, phoneMethodId: none, appPasswordId: none }, now());
    const [row] = await world.service.stores.database.run<{ message: unknown }>(statement`
      with done as (select * from verification where id = ${verificationId}), ${written}
      select ${WRITTEN_MESSAGE} as message from done`);
    return row?.message ? readWrittenMessage(row.message) : null;
  };
  const deliver = () => world.service.outbox.deliverDue();
  const finished = async () => {
    const { id } = await world.story('busy');
    await deliver();
    receiver.received.length = 0;
    return id;
  };
  const typesAbout = (id: string) => receiver.about(id).map(({ body }) => JSON.parse(body).type);

  test('a message that its writer hands over is delivered once, and a later one of its verification after it', async () => {
    const id = await finished();
    const message = await complete(id, 'first', 'second');
    await deliver();
    expect(typesAbout(id)).toEqual([]);
    world.service.outbox.deliverNow(message!);
    await expect.poll(() => typesAbout(id), SOON).toEqual(['first', 'second']);
    await deliver();
    const rows = await world.db.selectFrom('outbox').selectAll().where('verificationId', '=', id).execute();
    expect(rows.map(({ attempts, deliveredAt }) => [attempts, deliveredAt !== null])).toEqual(
      rows.map(() => [1, true]),
    );
  });

  test('a message whose writer died is due when its 30 s are over', async () => {
    const id = await finished();
    await complete(id, 'first', 'second');
    await world.time.advance(29_000);
    await deliver();
    expect(typesAbout(id)).toEqual([]);
    await world.time.advance(1_000);
    await deliver();
    expect(typesAbout(id)).toEqual(['first', 'second']);
  });

  test('a message that comes when its time is nearly over is not tried twice at once but given back', async () => {
    const id = await finished();
    const message = await complete(id, 'first');
    await world.time.advance(29_900);
    world.service.outbox.deliverNow(message!);
    await expect.poll(() => typesAbout(id), SOON).toEqual(['first']);
    await deliver();
    const query = world.db.selectFrom('outbox').selectAll().where('id', '=', message!.id);
    expect(await query.executeTakeFirst()).toMatchObject({ attempts: 1, deliveredAt: expect.any(Date) });
  });

  test('a tenant without an endpoint gets no message', async () => {
    const id = await finished();
    await world.api('DELETE', '/v1/webhook-endpoint');
    expect(await complete(id, 'first')).toBeNull();
  });
});
