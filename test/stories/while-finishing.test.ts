// A user is erased, or a phone removed, in the moment in which a registration of it finishes in another session.
import { sql } from 'kysely';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { SHARED_STORES } from '../support/stores.ts';
import type { Answer } from '../support/world.ts';

/** The lock that holds a completion up after it has written the phone, as a slow disk would. */
const HELD = 4711;

describe.each(SHARED_STORES.slice(-1))('while a registration finishes, on %s', (combination) => {
  const { world } = worldOn(combination);

  beforeAll(async () => {
    await sql
      .raw(
        `create function hold() returns trigger language plpgsql as $$
          begin perform pg_advisory_xact_lock(${HELD}); return null; end $$`,
      )
      .execute(world.db);
  });
  afterEach(() => sql`drop trigger if exists hold on phone_method`.execute(world.db));

  /** A statement with these words waits for a lock: for the one that holds completions up, or for a row. */
  const waits = (words: string, kind: 'advisory' | 'row') =>
    vi.waitFor(async () => {
      const { rows } = await sql`select from pg_stat_activity where datname = current_database()
        and query like ${`%${words}%`} and wait_event_type = 'Lock'
        and (wait_event = 'advisory') = ${kind === 'advisory'}`.execute(world.db);
      expect(rows).toHaveLength(1);
    }, SOON);

  /** Sends a request that finds a registration of the user written and not committed, and has to wait with these words. */
  async function whileFinishing(userId: string, waitsFor: string, send: () => Promise<Answer>) {
    await sql`create trigger hold after insert or update on phone_method
      for each row execute function hold()`.execute(world.db);
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    let answer: Promise<Answer> | undefined;
    let settled: Promise<unknown> | undefined;
    let id = '';
    await world.db.transaction().execute(async (session) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(HELD)})`.execute(session);
      id = (await world.api('POST', '/v1/verifications', { userId, number })).body.id;
      settled = world.settle();
      // With its key it could not be completed: a lock is not waited for then.
      await waits("v.state = 'decided' and v.outcome", 'advisory');
      answer = send();
      await waits(waitsFor, 'row');
    });
    await settled;
    return { id, answer: await answer };
  }

  /** What is left of the user. */
  async function left(userId: string, id: string) {
    const of = async (what: string) => (await world.api('GET', `/v1/users/${userId}/${what}`)).body.value;
    const { status } = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    return {
      phones: await of('phone-methods'),
      passwords: await of('app-passwords'),
      revealed: status === 200,
    };
  }
  const NOTHING = { phones: [], passwords: [], revealed: false };

  test('a user who is erased then has neither phone nor app password, and is in no audit event', async () => {
    const { id, answer } = await whileFinishing('erased', 'order by id', () =>
      world.api('DELETE', '/v1/users/erased'),
    );
    expect(answer).toMatchObject({
      status: 200,
      body: { verifications: 1, phoneMethods: 1, appPasswords: 1 },
    });
    expect(await left('erased', id)).toEqual(NOTHING);
    const events = world.db.selectFrom('auditEvent').selectAll().where('userId', '=', 'erased');
    expect(await events.execute()).toEqual([]);
  });

  test('a phone that is removed then leaves no app password that it vouched for', async () => {
    await world.story('press-pound', { userId: 'removed' });
    const [phone] = (await world.api('GET', '/v1/users/removed/phone-methods')).body.value;
    const { id, answer } = await whileFinishing('removed', 'lock_phone_methods', () =>
      world.api('DELETE', `/v1/users/removed/phone-methods/${phone.id}`),
    );
    expect(answer).toMatchObject({ status: 200, body: { appPasswordsRevoked: 2 } });
    expect(await left('removed', id)).toEqual(NOTHING);
  });
});
