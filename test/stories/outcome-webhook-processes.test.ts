// What several processes at once make of one registry: who gets a message, and in which order events appear.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createOutboxStore } from '../../src/outbox/outbox-store.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { tracesOf } from '../support/traces.ts';
import { START } from '../support/world.ts';

// The world's own worker leaves what these tests put into the outbox alone: by its clock the time has not come.
describeWorlds('several processes', ({ world, combination }) => {
  test('give each message to one of them, and all of a tenant only so many at a time', async () => {
    const due = new Date(world.time.now() + 3_600_000);
    const messages = Array.from({ length: 40 }, () => ({
      id: crypto.randomUUID(),
      tenantId: 'contoso',
      verificationId: null,
      type: 'test',
      payload: '{}',
      createdAt: due,
      nextAttemptAt: due,
    }));
    await world.db.insertInto('outbox').values(messages).execute();
    const store = createOutboxStore(world.db);
    const wanted = {
      now: due,
      leaseUntil: new Date(due.getTime() + 30_000),
      limit: 50,
      perTenant: 10,
      except: [],
    };
    const claims = await Promise.all(Array.from({ length: 6 }, () => store.claim(wanted)));
    for (const claimed of claims) expect(claimed.length).toBeLessThanOrEqual(10);
    const rest: string[] = [];
    for (let more = await store.claim(wanted); more.length > 0; more = await store.claim(wanted))
      rest.push(...more.map(({ id }) => id));
    const ids = [...claims.flat().map(({ id }) => id), ...rest];
    expect(ids.toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
    expect(await store.claim({ ...wanted, now: wanted.leaseUntil, except: ['contoso'] })).toEqual([]);
    expect(await store.claim({ ...wanted, now: wanted.leaseUntil })).toHaveLength(10);
  });

  // The embedded store does one thing at a time.
  if (combination !== 'embedded')
    test('show no event of a verification before an earlier one, however their statements overlap', async () => {
      const { id } = await world.story('busy');
      const storyOf = async () =>
        (await tracesOf(world.db, id)).verification.events.map(({ type, prompt }) => prompt ?? type);
      const add = (db: Pick<typeof world.db, 'updateTable'>, event: object) =>
        db
          .updateTable('verification')
          .set({ events: sql<string>`events || ${JSON.stringify(event)}::jsonb` })
          .where('id', '=', id)
          .execute();
      const before = await storyOf();
      let second: Promise<unknown> = Promise.resolve();
      await world.db.transaction().execute(async (first) => {
        await add(first, { type: 'prompt', prompt: 'silence', at: START });
        second = add(world.db, { type: 'decided', at: START });
        const waiting = async () => {
          const query = sql<{
            count: number;
          }>`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
          return (await query.execute(world.db)).rows[0]?.count;
        };
        await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
        expect(await storyOf()).toEqual(before);
      });
      await second;
      expect(await storyOf()).toEqual([...before, 'silence', 'decided']);
    });
});
