// Phones behind a switchboard: the extension is dialed, listened behind, registered and called again.
import { afterEach, expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { expectOneEnd } from '../support/traces.ts';
import { callsTo, dialed, pausesOf, spoken, switchboard } from './desk-calls.ts';

const PBX = '/v1/pbx-profiles';

describeWorlds('an extension', ({ world, combination }) => {
  afterEach(() => setPolicy(world, {}));

  const post = (body: object) => world.api('POST', '/v1/verifications', body);
  const phonesOf = async (userId: string) =>
    (await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value;

  /** Registers a phone behind a switchboard; returns the verification as it ended, and its last call. */
  const register = async (phone: ReturnType<typeof switchboard> | 'pbx', body: object = {}) => {
    const number = world.newNumber();
    world.simulator.desk.script(number, phone);
    const answer = await post({ userId: `u-${number.slice(-4)}`, number, extension: '1234', ...body });
    if (answer.status !== 201) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
    await world.settle();
    return { verification: await world.read(answer.body.id), call: callsTo(world, number).at(-1), number };
  };

  test.each<[how: string, body: (number: string) => object]>([
    ['in a field of its own', (number) => ({ number, extension: '1234' })],
    ['after the number', (number) => ({ number: `${number} x1234` })],
    ['in Swedish', (number) => ({ number: `${number}, ankn. 1234` })],
    ['in both places', (number) => ({ number: `${number};ext=1234`, extension: '1234' })],
  ])('given %s is dialed, and the phone registered with it once somebody presses #', async (_how, body) => {
    const number = world.newNumber();
    const userId = `user-${number.slice(-4)}`;
    world.simulator.desk.script(number, 'pbx');
    const { body: accepted } = await post({ userId, ...body(number) });
    const phoneNumber = `+46 ${number.slice(3)}x1234`;
    expect(accepted.number).toMatchObject({ e164: number, extension: '1234', phoneNumber });
    await world.settle();
    await expectOneEnd(world, accepted.id, { outcome: 'approved' });
    expect(dialed(callsTo(world, number)[0])).toBe('1234');
    expect(await phonesOf(userId)).toMatchObject([{ phoneType: 'office', phoneNumber }]);
  });

  test('that is wrong reaches nobody: the switchboard hangs up, and nothing is registered', async () => {
    const { verification } = await register('pbx', { extension: '4321' });
    await expectOneEnd(world, verification.id, { outcome: 'hungUp' });
    expect(await phonesOf(verification.userId)).toEqual([]);
  });

  test('keeps its leading zeros', async () => {
    const { verification, call } = await register(switchboard('0012'), { extension: '0012' });
    expect([verification.outcome, dialed(call)]).toEqual(['approved', '0012']);
  });

  test('is dialed without machine detection: the switchboard is a machine, the person behind it is not', async () => {
    const { verification, call } = await register('pbx');
    expect(verification.outcome).toBe('approved');
    expect(call?.answeredBy).toBeNull();
    expect((await world.story('voicemail')).outcome).toBe('voicemail');
  });

  test.each([20_000, 45_000, 58_000])('waits for somebody who picks up after %i ms', async (transferMs) => {
    const { verification } = await register(switchboard('1234', { transferMs }));
    expect(verification).toMatchObject({ outcome: 'approved', progress: 'keyPressed' });
  });

  test('is listened behind for a minute at least before the call gives up', async () => {
    const { verification, call } = await register(switchboard('1234', { press: '' }));
    expect(verification.outcome).toBe('noInput');
    expect((call?.endedAt ?? 0) - (call?.answeredAt ?? 0)).toBeGreaterThan(60_000);
    // Eight questions and the goodbye; without an extension three.
    expect(spoken(call)).toHaveLength(9);
    const direct = await world.story('silence');
    expect(spoken(callsTo(world, direct.number.e164)[0])).toHaveLength(4);
  });

  test('is listened behind no longer than the policy lets calls last', async () => {
    await setPolicy(world, { callTimeLimitS: 30 });
    const { verification, call } = await register(switchboard('1234', { press: '' }));
    expect((call?.endedAt ?? 0) - (call?.answeredAt ?? 0)).toBe(30_000);
    await expectOneEnd(world, verification.id);
  });

  test('after which three wrong keys are pressed ends as anywhere', async () => {
    const wrong = switchboard('1234', { press: '5' });
    const { verification } = await register({
      ...wrong,
      reactions: ['5', '6', '7'].map((press) => ({ on: 'promptEnd', afterMs: 500, press })),
    });
    expect(verification.outcome).toBe('wrongDigits');
  });

  test.each<[from: string, expected: object, body: object]>([
    ['the request', { beforeS: 2.5, afterS: 0 }, { pauseBeforeS: 2.5, pauseAfterS: 0 }],
    ['the request and the profile', { beforeS: 4, afterS: 0.5 }, { pauseAfterS: 0.5 }],
    ['the profile', { beforeS: 4, afterS: 3 }, {}],
  ])('has its pauses from %s where they say', async (_from, expected, body) => {
    await setPolicy(world, { extension: { pauseBeforeS: 0.5, pauseAfterS: 1.5 } });
    const number = world.newNumber();
    world.simulator.desk.script(number, 'pbx');
    await world.api('PUT', PBX, { number, pauseBeforeS: 4, pauseAfterS: 3 });
    await post({ userId: 'pauses', number, extension: '1234', ...body });
    await world.settle();
    expect(pausesOf(callsTo(world, number)[0])).toEqual(expected);
  });

  test('has its pauses from the policy where nobody else says, and those of another tenant count for nothing', async () => {
    await setPolicy(world, { extension: { pauseBeforeS: 0.5, pauseAfterS: 1.5 } });
    const { api: stranger } = await world.addTenant(`other-${combination.replace('+', '-')}`);
    const number = world.newNumber();
    world.simulator.desk.script(number, 'pbx');
    const profile = { number, pauseBeforeS: 7, pauseAfterS: 1 };
    const { status, body: theirs } = await stranger('PUT', PBX, profile);
    expect([status, theirs]).toEqual([200, { id: expect.any(String), ...profile }]);
    const path = `${PBX}/${theirs.id}`;
    expect((await world.api('GET', PBX)).body.value).not.toContainEqual(theirs);
    expect(await world.api('GET', path)).toMatchObject({
      status: 404,
      body: { code: 'pbxProfile.notFound' },
    });
    expect(await world.api('DELETE', path)).toMatchObject({ status: 404 });
    await post({ userId: 'policy', number, extension: '1234' });
    await world.settle();
    expect(pausesOf(callsTo(world, number)[0])).toEqual({ beforeS: 0.5, afterS: 1.5 });
    expect(await stranger('GET', path)).toMatchObject({ status: 200, body: theirs });
  });

  test('has a profile of its switchboard that is set, replaced, read and forgotten', async () => {
    const number = world.newNumber();
    const first = { pauseBeforeS: 0, pauseAfterS: 8 };
    const { id } = (await world.api('PUT', PBX, { number, ...first })).body;
    const path = `${PBX}/${id}`;
    expect((await world.api('GET', path)).body).toEqual({ id, number, ...first });
    const then = { pauseBeforeS: 2.5, pauseAfterS: 0 };
    const national = { number: `0${number.slice(3, 4)}-${number.slice(4)}`, country: 'SE' };
    expect(await world.api('PUT', PBX, { ...national, ...then })).toMatchObject({
      status: 200,
      body: { id, number, ...then },
    });
    expect((await world.api('GET', path)).body).toEqual({ id, number, ...then });
    expect((await world.api('DELETE', path)).status).toBe(204);
    expect((await world.api('DELETE', path)).status).toBe(404);
    expect((await world.api('GET', path)).status).toBe(404);
  });

  test('has one profile for its switchboard, however many set it at once', async () => {
    const number = world.newNumber();
    const answers = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((pauseBeforeS) =>
        world.api('PUT', PBX, { number, pauseBeforeS, pauseAfterS: 1 }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const { value } = (await world.api('GET', PBX)).body;
    expect(value.filter((profile: { number: string }) => profile.number === number)).toHaveLength(1);
  });

  test('has the profiles of all switchboards in a list, page by page', async () => {
    const { api } = await world.addTenant(`listed-${combination.replace('+', '-')}`);
    const numbers = Array.from({ length: 5 }, () => world.newNumber());
    for (const number of numbers) await api('PUT', PBX, { number, pauseBeforeS: 1, pauseAfterS: 1 });
    const { value: all } = (await api('GET', PBX)).body;
    expect(all.map((profile: { number: string }) => profile.number).toSorted()).toEqual(numbers);
    const { value: first } = (await api('GET', `${PBX}?limit=2`)).body;
    const { value: rest } = (await api('GET', `${PBX}?after=${first[1].id}`)).body;
    expect([...first, ...rest]).toEqual(all);
    expect((await api('GET', `${PBX}?after=${all[4].id}`)).body.value).toEqual([]);
  });

  test('is part of the registered phone: signing in calls the number with it, and no other', async () => {
    const { verification, number } = await register('pbx');
    const { userId } = verification;
    const signIn = (body: object = {}) => post({ userId, purpose: 'signIn', ...body });
    for (const body of [{}, { number }, { number: `${number} x1234` }, { extension: '1234' }]) {
      const { body: accepted } = await signIn(body);
      expect(accepted.number).toMatchObject({ e164: number, extension: '1234' });
      await world.settle();
      expect((await world.read(accepted.id)).outcome).toBe('approved');
      expect(dialed(callsTo(world, number).at(-1))).toBe('1234');
    }
    const calls = callsTo(world, number).length;
    for (const [field, body] of [
      ['/extension', { extension: '12345' }],
      ['/extension', { number, extension: '4321' }],
      ['/number', { number: `${number} x4321` }],
    ] as const) {
      const refused = await signIn(body);
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'number.notRegistered', errors: [{ field }] },
      });
    }
    expect(callsTo(world, number)).toHaveLength(calls);
  });

  test('goes when the user registers the number without it', async () => {
    const { verification, number } = await register('pbx');
    const { userId } = verification;
    world.simulator.desk.script(number, 'press-pound');
    await post({ userId, number });
    await world.settle();
    expect(await phonesOf(userId)).toMatchObject([{ phoneNumber: `+46 ${number.slice(3)}` }]);
    const refused = await post({ userId, purpose: 'signIn', extension: '1234' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'number.notRegistered' } });
  });

  test('is one phone of many: two users at one switchboard at once are both registered, each with theirs', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, switchboard('11'));
    const [first, second] = await Promise.all([
      post({ userId: 'eleven', number, extension: '11' }),
      post({ userId: 'twenty-two', number, extension: '22' }),
    ]);
    await world.settle();
    await expectOneEnd(world, first.body.id, { outcome: 'approved', calls: 2 });
    await expectOneEnd(world, second.body.id, { outcome: 'hungUp', calls: 2 });
    expect(callsTo(world, number).map(dialed).toSorted()).toEqual(['11', '22']);
    expect(await phonesOf('eleven')).toMatchObject([{ phoneNumber: expect.stringMatching(/x11$/) }]);
    expect(await phonesOf('twenty-two')).toEqual([]);
  });

  test('makes another request: the same idempotency key with another extension is refused', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'pbx');
    const headers = { 'idempotency-key': number };
    const ask = (body: object) =>
      world.api('POST', '/v1/verifications', { userId: 'again', number, ...body }, headers);
    expect((await ask({ extension: '1234' })).status).toBe(201);
    expect((await ask({ extension: '1234' })).status).toBe(200);
    for (const other of [{ extension: '4321' }, {}, { extension: '1234', pauseBeforeS: 3 }])
      expect(await ask(other)).toMatchObject({ status: 422, body: { code: 'idempotencyKey.reused' } });
    await world.settle();
    expect(callsTo(world, number)).toHaveLength(1);
  });

  test('is not dialed any more once the policy refuses extensions, although the call was queued', async () => {
    const { queue } = world.service.jobs;
    await queue.pause();
    const number = world.newNumber();
    const { body } = await post({ userId: 'late', number, extension: '1234' });
    await setPolicy(world, { extension: { allowed: false } });
    await queue.resume();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'blocked', calls: 0 });
    expect(await post({ userId: 'later', number, extension: '1234' })).toMatchObject({
      status: 422,
      body: { code: 'number.extensionUnsupported', errors: [{ field: '/extension' }] },
    });
  });

  test('stays out of the log, as the number does', async () => {
    const { verification, number } = await register(switchboard('90817263544'), { extension: '90817263544' });
    expect(verification.outcome).toBe('approved');
    const told = world.log.join('\n');
    expect(told).toContain(verification.id);
    expect(told).not.toContain('90817263544');
    expect(told).not.toContain(number.slice(1));
  });
});
