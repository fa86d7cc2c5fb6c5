// The right code is recorded, whatever keeps its verification from being completed with it, and completed once that is gone.
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { MOST_APP_PASSWORDS } from '../../src/domain/app-password-limit.ts';
import { giveAppPasswords } from '../support/give-app-passwords.ts';
import { HINDRANCES, hinderAppPasswords } from '../support/hinder-app-passwords.ts';
import { describeWorlds, worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { SHARED_STORES } from '../support/stores.ts';
import { tracesOf } from '../support/traces.ts';
import type { World } from '../support/world.ts';

let mobiles = 7000;
/** A verification whose text has arrived, and what types its code. */
async function texted(world: World) {
  mobiles += 1;
  const number = `+4670127${mobiles}`;
  const asked = { userId: `codes-${mobiles}`, number, channel: 'sms' };
  const { id } = (await world.api('POST', '/v1/verifications', asked)).body as { id: string };
  await world.sendTexts();
  const check = (key?: string) =>
    world.api(
      'POST',
      `/v1/verifications/${id}/check`,
      { code: world.codeOn(number) },
      key === undefined ? {} : { 'idempotency-key': key },
    );
  return { id, check, userId: asked.userId };
}

async function expectApproved(world: World, id: string) {
  const { verification, ...written } = await tracesOf(world.db, id);
  expect(verification).toMatchObject({ state: 'finished', outcome: 'approved' });
  expect([written.phoneMethods.length, written.appPasswords.length, written.ends]).toEqual([1, 1, 1]);
}

describe.each(SHARED_STORES.slice(-1))('a right code, on %s', (combination) => {
  const { world } = worldOn(combination);

  test.each(HINDRANCES)(
    'is recorded while the database %s what would be written with it',
    async (_what, does) => {
      const { id, check } = await texted(world);
      const lift = await hinderAppPasswords(world, does);
      expect((await check()).status).toBeGreaterThanOrEqual(500);
      expect(await world.read(id)).toMatchObject({ state: 'decided', outcome: 'approved' });
      await lift();
      await world.settle();
      await expectApproved(world, id);
    },
  );

  test('is recorded while another session holds what would be written with it', async () => {
    const { id, check } = await texted(world);
    const answer = await world.db.transaction().execute(async (session) => {
      await sql`lock table app_password in exclusive mode`.execute(session);
      const checked = check();
      await vi.waitFor(async () => {
        const { rows } =
          await sql`select from pg_locks w where not granted and relation = 'app_password'::regclass`.execute(
            session,
          );
        expect(rows.length).toBeGreaterThan(0);
        const { verification } = await tracesOf(world.db, id);
        expect(verification).toMatchObject({ state: 'decided', outcome: 'approved' });
      }, SOON);
      return { checked };
    });
    expect((await answer.checked).body).toMatchObject({ outcome: 'approved' });
    await world.settle();
    await expectApproved(world, id);
  });
});

const ROOMY = { count: 1_000, windowS: 3_600 };
const OPTIONS = {
  policy: {
    limits: { perUser: ROOMY, perNumber: ROOMY, perTenant: ROOMY },
    textMessage: { unentered: { perPrefix: null, perCountry: null } },
  },
};

describeWorlds('a right code', OPTIONS, ({ world }) => {
  test('is told with its completion as two events of one moment', async () => {
    const { id, check } = await texted(world);
    expect((await check()).body).toMatchObject({ state: 'finished', outcome: 'approved' });
    const { events } = (await tracesOf(world.db, id)).verification;
    expect(events.slice(-2)).toMatchObject([
      { type: 'decided', outcome: 'approved' },
      { type: 'finished', outcome: 'approved' },
    ]);
    await expectApproved(world, id);
  });

  test('of one person waits for no other, however many are checked at the same moment', async () => {
    const all = [];
    for (let n = 0; n < 40; n += 1) all.push(await texted(world));
    const answers = await Promise.all(all.map(({ check }) => check()));
    expect(answers.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(answers.map(({ body }) => body.id)).toEqual(all.map(({ id }) => id));
    for (const { id } of all) await expectApproved(world, id);
  });

  test('has the same answer again with its key, also where there was no room for an app password', async () => {
    const { id, check, userId } = await texted(world);
    await giveAppPasswords(world, userId, MOST_APP_PASSWORDS);
    const answers = [await check('again'), await check('again')];
    const refused = [200, 'blocked', 'appPasswordLimit'];
    expect(answers.map(({ status, body }) => [status, body.outcome, body.errorCode])).toEqual([
      refused,
      refused,
    ]);
    expect((await tracesOf(world.db, id)).phoneMethods).toEqual([]);
  });

  test('finds its verification by an id in capitals, however many are read at the same moment', async () => {
    const all = [];
    for (let n = 0; n < 8; n += 1) all.push(await texted(world));
    const reads = await Promise.all(
      all.map(({ id }) => world.api('GET', `/v1/verifications/${id.toUpperCase()}`)),
    );
    expect(reads.map(({ body }) => body.id)).toEqual(all.map(({ id }) => id));
  });

  test('that is checked twice at the same moment approves once', async () => {
    const { id, check } = await texted(world);
    const statuses = (await Promise.all([check(), check(), check()])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409, 409]);
    await world.settle();
    await expectApproved(world, id);
  });
});
