// What several processes at once make of one registry: who gets a message, and in which order events appear.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createOutboxStore } from '../../src/outbox/outbox-store.ts';
import { describeWorlds } from '../support/open-worlds.ts';

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
      const attempt = await world.db
        .selectFrom('callAttempt')
        .select('id')
        .where('verificationId', '=', id)
        .executeTakeFirstOrThrow();
      const newest = async () => {
        const query = world.db
          .selectFrom('verificationEvent')
          .select('type')
          .where('verificationId', '=', id);
        return (await query.orderBy('id', 'desc').executeTakeFirst())?.type;
      };
      let second: Promise<unknown> = Promise.resolve();
      await world.db.transaction().execute(async (first) => {
        const prompted = first.updateTable('callAttempt').set((row) => ({ round: row('round', '+', 1) }));
        await prompted.where('id', '=', attempt.id).execute();
        // Another row, so that only the story itself can make it wait.
        const moved = world.db.updateTable('verification').set({ state: 'decided' }).where('id', '=', id);
        second = moved.execute();
        const waiting = async () => {
          const query = sql<{
            count: number;
          }>`select count(*) from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`;
          return (await query.execute(world.db)).rows[0]?.count;
        };
        await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
        expect(await newest()).toBe('finished');
      });
      await second;
      expect(await newest()).toBe('decided');
    });
});
