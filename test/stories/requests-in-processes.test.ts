// Requests that come at the same time in several processes, for the same users, numbers and phones: no statement waits for
// another one in a circle.
import { randomUUIDv7 } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createLimits } from '../../src/journey/request/limits.ts';
import { createAdmit } from '../../src/journey/store/admit.ts';
import { createBeginAttempt } from '../../src/journey/store/begin-attempt.ts';
import { later } from '../../src/platform/clock.ts';
import { type RunStatement, runIn } from '../../src/platform/database/run-statement.ts';
import { asked, NOW } from '../support/asked-admissions.ts';
import { worldOn } from '../support/open-worlds.ts';
import { HAS_POSTGRES, startOwnStores } from '../support/own-servers.ts';

const NO_SPENDING = {
  phoneHashes: (text: string) => [text],
  spending: {
    ofAll: { callsPerDay: null, textsPerDay: null, moneyPerDay: null },
    price: { currency: 'EUR', perMinute: () => 1, perText: () => 1 },
  },
};

// The embedded store does one thing at a time.
const onPostgres = HAS_POSTGRES ? describe : () => undefined;
onPostgres('requests at the same time in several processes', () => {
  const { world } = worldOn(() => startOwnStores(false), { poolSize: 30 });

  /** Runs statements, and keeps the errors of those that were refused. */
  const watched = () => {
    const refused: string[] = [];
    const run: RunStatement = (statement) =>
      runIn(world.db)<never>(statement).catch((error: unknown) => {
        refused.push(String(error));
        throw error;
      });
    return { run, refused };
  };
  const IN_A_CIRCLE = /deadlock/;

  test('for the same users, numbers and lines never wait for each other in a circle', async () => {
    const { run, refused } = watched();
    const processes = Array.from({ length: 4 }, () => createAdmit(run));
    const lines = ['+46850000001', '+46850000002'];
    for (let round = 0; round < 25; round += 1) {
      const answers = await Promise.all(
        processes.flatMap((admit, process) => {
          const requests = Array.from({ length: 10 }, (_each, place) => {
            const phoneNumber = `+4685${round}${(place + process) % 10}00`;
            const lineNumber = lines[(place + process) % 2] ?? '';
            const slot = { intervalMs: 1, furthest: later(NOW, 60_000) };
            return asked({ userId: `user ${place}`, phoneNumber, lineNumber }, { slot });
          });
          return (process % 2 === 0 ? requests : requests.reverse()).map(admit);
        }),
      );
      expect(answers.filter(({ kind }) => kind !== 'admitted')).toEqual([]);
    }
    // Admitted one by one they would be, too.
    expect(refused).toEqual([]);
  });

  // Rows that are over are removed as they lie, and not in the order in which they are counted.
  test('are not waited for where counts are removed', async () => {
    const { run } = watched();
    const keys = ['user contoso removed', 'user contoso counted'];
    const over = keys.map((key) => ({ key, windowEndsAt: later(NOW, -1), count: 1 }));
    await world.db.insertInto('rateCount').values(over).execute();
    const { forgetCounts } = createLimits({ ...NO_SPENDING, run, clock: { now: () => NOW } });
    await world.db.transaction().execute(async (session) => {
      await session
        .updateTable('rateCount')
        .set({ count: 2 })
        .where('key', '=', keys[1] ?? '')
        .execute();
      await forgetCounts();
      const left = await session.selectFrom('rateCount').select('key').where('key', 'in', keys).execute();
      expect(left.map(({ key }) => key)).toEqual(keys.slice(1));
    });
  });

  test('begin calls to the same phones without waiting for each other in a circle', async () => {
    const { run, refused } = watched();
    const [tenant] = await world.db.selectFrom('tenant').select('policyVersion').execute();
    const policyVersion = tenant?.policyVersion ?? 0;
    for (let round = 0; round < 20; round += 1) {
      const processes = Array.from({ length: 3 }, () => ({
        ...createBeginAttempt(run),
        admit: createAdmit(run),
      }));
      // Their verifications were requested in opposite orders of the phones.
      const requests = processes.map((_each, nr) =>
        Array.from({ length: 12 }, (_other, place) => {
          const phoneHashes = [`key.${round} ${nr === 1 ? 11 - place : place}`];
          return asked({ policyVersion, phoneHashes }, { counters: [] });
        }),
      );
      await Promise.all(processes.flatMap(({ admit }, nr) => requests[nr]?.map(admit) ?? []));
      const begun = await Promise.all(
        processes.flatMap(({ beginUnseen }, nr) => {
          const own = requests[nr] ?? [];
          return own.map(({ row: { id: verificationId } }) => {
            const attempt = { id: randomUUIDv7(), startedAt: NOW, wakeAt: later(NOW, 15_000) };
            return beginUnseen({ verificationId, attempt, hasRoom: true });
          });
        }),
      );
      expect(begun.filter((each) => each !== null && each !== 'onCall')).toHaveLength(12);
    }
    expect(refused.filter((error) => IN_A_CIRCLE.test(error))).toEqual([]);
  });
});
