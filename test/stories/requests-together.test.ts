// Requests that come at the same time are admitted together, and their calls begin together: with the same result as
// one after the other, in fewer statements.
import { randomUUIDv7 } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AskedAdmission } from '../../src/journey/store/admission.ts';
import { createAdmit } from '../../src/journey/store/admit.ts';
import { createBeginAttempt } from '../../src/journey/store/begin-attempt.ts';
import { createReadFacts } from '../../src/journey/store/facts.ts';
import { createStores } from '../../src/journey/store/stores.ts';
import { later } from '../../src/platform/clock.ts';
import { type RunStatement, runIn } from '../../src/platform/database/run-statement.ts';
import { asked, countersOf, NOW } from '../support/asked-admissions.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import type { World } from '../support/world.ts';

/** Runs statements on the world's registry, and counts them. */
function counting(world: World): RunStatement & { count: () => number } {
  const run = runIn(world.db);
  let count = 0;
  const counted: RunStatement = (statement) => {
    count += 1;
    return run(statement);
  };
  return Object.assign(counted, { count: () => count });
}

let others = 0;

describeWorlds('requests at the same time', ({ world }) => {
  const rowOf = (id: string) =>
    world.db.selectFrom('verification').selectAll().where('id', '=', id).executeTakeFirst();
  const currentVersion = async () => {
    const tenants = world.db.selectFrom('tenant').select('policyVersion').where('id', '=', 'contoso');
    return (await tenants.executeTakeFirstOrThrow()).policyVersion;
  };
  const countOf = async (key: string) =>
    (await world.db.selectFrom('rateCount').select('count').where('key', '=', key).executeTakeFirst())?.count;

  test('are admitted by one statement, as by one each', async () => {
    const run = counting(world);
    const admit = createAdmit(run);
    const requests = Array.from({ length: 12 }, () => asked());
    const alone = await admit(asked());
    await nextTurn();
    const answers = await Promise.all(requests.map(admit));
    // The first of them goes alone, since nothing goes on when it comes.
    expect(run.count()).toBe(3);
    for (const [place, { row, counters }] of requests.entries()) {
      const answer = answers[place];
      if (answer?.kind !== 'admitted' || alone.kind !== 'admitted') throw new Error('not admitted');
      const { id, userId, phoneNumber, idempotencyKey } = row;
      expect(answer.verification).toEqual({ ...alone.verification, id, userId, phoneNumber, idempotencyKey });
      const own = {
        id,
        userId,
        phoneNumber,
        idempotencyKey,
        phoneHash: row.phoneHashes[0],
        openNumber: phoneNumber,
      };
      expect(await rowOf(id)).toEqual({ ...(await rowOf(alone.verification.id)), ...own });
      expect(await Promise.all(counters.slice(0, 2).map(({ key }) => countOf(key)))).toEqual([1, 1]);
    }
    expect(await countOf('tenant contoso 1000')).toBe(13);
  });

  test('are admitted one by one where one is refused, each for its own reason', async () => {
    const admit = createAdmit(counting(world));
    const prior = asked();
    await admit(prior);
    const { idempotencyKey, userId, phoneNumber } = prior.row;
    const fewest = (request: AskedAdmission) => ({ ...request, counters: countersOf(request.row, 2) });
    const requests = [
      asked(),
      asked({ idempotencyKey }),
      asked({ userId, phoneNumber }),
      asked({}, { slot: { intervalMs: 1_000, furthest: later(NOW, -1) } }),
      ...[asked(), asked(), asked()].map(fewest),
    ];
    const answers = await Promise.all(requests.map(admit));
    const kinds = answers.map(({ kind }) => kind);
    expect(kinds.slice(0, 4)).toEqual(['admitted', 'repeated', 'open', 'line']);
    expect(kinds.slice(4).toSorted()).toEqual(['admitted', 'admitted', 'full']);
    const rows = await Promise.all(requests.map(({ row }) => rowOf(row.id)));
    expect(rows.map((row) => row?.state)).toEqual(
      kinds.map((kind) => (kind === 'admitted' ? 'queued' : undefined)),
    );
    expect(await countOf('tenant contoso 2')).toBe(2);
  });

  test('are admitted together but for the one that is refused', async () => {
    const run = counting(world);
    const admit = createAdmit(run);
    const prior = asked();
    await admit(prior);
    const requests = Array.from({ length: 10 }, () => asked());
    const full = asked();
    await nextTurn();
    const before = run.count();
    const answers = await Promise.all(
      [
        ...requests.slice(0, 5),
        asked({ idempotencyKey: prior.row.idempotencyKey }),
        { ...full, counters: countersOf(full.row, 0) },
        ...requests.slice(5),
      ].map(admit),
    );
    expect(answers.map(({ kind }) => kind)).toEqual([
      ...Array(5).fill('admitted'),
      ...['repeated', 'full'],
      ...Array(5).fill('admitted'),
    ]);
    // The first, three for the others, since each tells of another who is refused, and those two.
    expect(run.count() - before).toBe(6);
  });

  test('take places on their lines, as one after the other', async () => {
    const admit = createAdmit(counting(world));
    const lineNumber = `+46850${String(others++).padStart(6, '0')}`;
    const slot = { intervalMs: 250, furthest: later(NOW, 60_000) };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => admit(asked({ lineNumber }, { slot }))),
    );
    const waits = answers.map((answer) =>
      answer.kind === 'admitted' ? Number(answer.verification.slotAt) - NOW.getTime() : null,
    );
    expect(waits).toEqual([0, 250, 500, 750, 1_000, 1_250]);
  });

  test('with the same idempotency key, or of one user, go one after the other', async () => {
    const admit = createAdmit(counting(world));
    const [first, second] = [asked(), asked()];
    const same = asked({ idempotencyKey: second.row.idempotencyKey });
    const open = asked({ userId: second.row.userId, phoneNumber: second.row.phoneNumber });
    const answers = await Promise.all([first, second, same, open].map(admit));
    expect(answers.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'repeated', 'open']);
  });

  test('are told apart by their keys', async () => {
    const run = counting(world);
    const { ofKey } = createReadFacts(run);
    const other = await world.addTenant(`other-${others++}`);
    const idOf = (key: string) => key.split('_')[1] ?? '';
    const users = Array.from({ length: 5 }, (_each, place) => `user ${place}`);
    const found = await Promise.all([
      ...users.map((userId) => ofKey(idOf(world.key), userId, NOW)),
      ...users.map((userId) => ofKey(idOf(other.key), userId, NOW)),
      ofKey('unknown', 'user', NOW),
    ]);
    expect(run.count()).toBe(2);
    expect(found.at(-1)).toBeNull();
    const [ours, theirs] = [found[0]?.facts.tenantId, found[5]?.facts.tenantId];
    expect([ours, theirs]).toEqual(['contoso', expect.stringMatching(/^other-/)]);
    expect(found.slice(0, -1).map((each) => [each?.facts.tenantId, each?.facts.userId])).toEqual([
      ...users.map((userId) => [ours, userId]),
      ...users.map((userId) => [theirs, userId]),
    ]);
  });

  test('begin their calls by one statement, each whose turn it is', async () => {
    const run = counting(world);
    const admit = createAdmit(run);
    const policyVersion = await currentVersion();
    const requests = [
      ...Array.from({ length: 6 }, () => asked({ policyVersion })),
      asked({ policyVersion: policyVersion - 1 }),
      asked({ policyVersion, createdAt: later(NOW, 60_000) }),
    ];
    await Promise.all(requests.map(admit));
    const { beginUnseen } = createBeginAttempt(run);
    await nextTurn();
    const before = run.count();
    const begun = await Promise.all(
      requests.map(({ row }) => {
        const attempt = { id: randomUUIDv7(), startedAt: later(NOW, 1_000), wakeAt: later(NOW, 16_000) };
        return beginUnseen({ verificationId: row.id, attempt, hasRoom: true });
      }),
    );
    expect(run.count() - before).toBe(2);
    expect(begun.slice(6)).toEqual([null, null]);
    for (const [place, { row }] of requests.slice(0, 6).entries()) {
      const placing = begun[place];
      if (placing === null || placing === 'onCall' || placing === undefined) throw new Error('not begun');
      expect(placing).toMatchObject({ id: row.id, phoneNumber: row.phoneNumber, attempts: 1 });
      const events = [{ type: 'queued' }, { type: 'dialing', attemptId: placing.attemptId }];
      expect(await rowOf(row.id)).toMatchObject({ state: 'dialing', attemptId: placing.attemptId, events });
    }
  });

  test('have their answers and keys noted by one statement each, every one for itself', async () => {
    const run = counting(world);
    const { attempts, calls, answers } = createStores(run);
    const requests = Array.from({ length: 6 }, () => asked({ policyVersion: 1 }));
    await Promise.all(requests.map(createAdmit(run)));
    const dialed = await Promise.all(
      requests.map(({ row }, place) => {
        const attempt = { id: randomUUIDv7(), startedAt: NOW, wakeAt: later(NOW, 15_000) };
        return attempts.beginUnseen({ verificationId: row.id, attempt, hasRoom: true }).then(() => ({
          ...{ attemptId: attempt.id, callId: `CA${attempt.id}`, now: later(NOW, 1_000 + place) },
          sender: { to: row.phoneNumber, lines: [row.lineNumber] },
        }));
      }),
    );
    const answer = () =>
      Promise.all(dialed.map((call) => calls.answered({ ...call, wakeAt: later(NOW, 60_000) })));
    await nextTurn();
    let before = run.count();
    const answered = await answer();
    // Two by themselves.
    expect(run.count() - before).toBe(3);
    expect(answered.map((call) => call?.id)).toEqual(requests.map(({ row }) => row.id));
    expect((await answer()).every((call) => call === null)).toBe(true);

    const key = { round: 1, challenge: 'pound', digits: null } as const;
    const wrong = [
      {},
      { round: 2 },
      { challenge: 'numberMatch', digits: '42' } as const,
      { callId: 'CAother' },
      { sender: { to: '+15005550006', lines: null } },
      {},
    ];
    await nextTurn();
    before = run.count();
    const approved = await Promise.all(
      dialed.map((call, place) => answers.approve({ ...call, ...key, ...wrong[place] })),
    );
    // The one of another number is looked for once more by itself.
    expect(run.count() - before).toBe(4);
    expect(approved.map((call) => call?.outcome ?? null)).toEqual([
      ...['approved', null, null, null, null, 'approved'],
    ]);
    const row = await rowOf(requests[5]?.row.id ?? '');
    const at = later(NOW, 1_005).toISOString();
    const { attemptId } = dialed[5] ?? {};
    expect(row).toMatchObject({
      state: 'decided',
      round: 2,
      decidedAt: new Date(at),
      callId: `CA${attemptId}`,
    });
    expect(row?.events).toMatchObject([
      ...[{ type: 'queued' }, { type: 'dialing', attemptId }, { type: 'answered', at, attemptId }],
      ...[
        { type: 'decided', outcome: 'approved', at, attemptId },
        { type: 'prompt', prompt: 'approved' },
      ],
    ]);
    expect(await rowOf(requests[1]?.row.id ?? '')).toMatchObject({
      state: 'answered',
      round: 1,
      outcome: null,
    });
  });

  test('call one phone once at a time, and the others all the same', async () => {
    const run = counting(world);
    const admit = createAdmit(run);
    const policyVersion = await currentVersion();
    const phoneHashes = [`key.shared ${others++}`];
    const requests = [{}, { phoneHashes }, { phoneHashes }, {}].map((of) => asked({ policyVersion, ...of }));
    await Promise.all(requests.map(admit));
    const { beginUnseen } = createBeginAttempt(run);
    const attempt = () => ({ id: randomUUIDv7(), startedAt: NOW, wakeAt: later(NOW, 15_000) });
    const begun = await Promise.all(
      requests.map(({ row }) => beginUnseen({ verificationId: row.id, attempt: attempt(), hasRoom: true })),
    );
    // One of those with the same phone needs a look.
    const ids = begun.map((each) => (typeof each === 'object' ? each?.id : each));
    expect([ids[0], ids[3]]).toEqual([requests[0]?.row.id, requests[3]?.row.id]);
    const waits = requests.filter(({ row }) => !ids.includes(row.id)).map(({ row }) => row);
    expect(waits).toMatchObject([{ phoneHashes }]);
    await nextTurn();
    const again = beginUnseen({ verificationId: waits[0]?.id ?? '', attempt: attempt(), hasRoom: true });
    expect(await again).toBe('onCall');
  });
});
