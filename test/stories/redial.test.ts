// One more call after busy or no answer, if the policy wants one: once, in time, and with one outcome.
import { afterEach, expect, test, vi } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { expectOneEnd, tracesOf } from '../support/traces.ts';
import { callsTo, dialed, switchboard } from './desk-calls.ts';

const AFTER_S = 20;
const BOTH = { onBusy: true, onNoAnswer: true, afterS: AFTER_S };

describeWorlds('a call that is placed again', ({ world }) => {
  afterEach(() => {
    world.simulator.faults.clear();
    world.time.resume();
  });

  /** Asks for a verification of a phone that does `first` at its first call and `then` ever after. */
  const request = async (
    redial: object,
    [first, then]: [first: ScenarioName, then: ScenarioName | Script],
    { policy = {}, body = {} }: { policy?: object; body?: object } = {},
  ) => {
    await setPolicy(world, { redial, ...policy });
    const number = world.newNumber();
    world.simulator.desk.script(number, first);
    const off = world.simulator.on((event) => {
      if (event.to !== number || event.type !== 'ended') return;
      world.simulator.desk.script(number, then);
      off();
    });
    const { body: accepted } = await world.api('POST', '/v1/verifications', {
      userId: `user-${number.slice(-4)}`,
      number,
      ...body,
    });
    return { id: accepted.id as string, number };
  };

  test.each<[first: ScenarioName]>([['busy'], ['no-answer']])(
    'after "%s" reaches the person, and is approved',
    async (first) => {
      const { id, number } = await request(BOTH, [first, 'press-pound']);
      await world.settle();
      await expectOneEnd(world, id, { outcome: 'approved', calls: 2 });
      const [before, after] = callsTo(world, number);
      // Instants in the registry have whole milliseconds.
      expect((after?.createdAt ?? 0) - (before?.endedAt ?? 0)).toBeGreaterThan(AFTER_S * 1_000 - 1);
    },
  );

  test('says when, while it waits', async () => {
    const { id } = await request(BOTH, ['busy', 'press-pound']);
    await vi.waitFor(async () => expect((await tracesOf(world.db, id)).verification.redials).toBe(1), SOON);
    await vi.waitFor(async () => expect((await world.read(id)).expectedCallAt).not.toBeNull(), SOON);
    await world.settle();
  });

  test('to sign in is not placed once another phone is registered', async () => {
    const { userId, number } = await world.story('press-pound');
    await setPolicy(world, { redial: BOTH });
    world.simulator.desk.script(number.e164, 'busy');
    const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
    const state = async () => (await world.read(body.id)).state;
    await vi.waitFor(
      async () => expect((await tracesOf(world.db, body.id)).verification.redials).toBe(1),
      SOON,
    );
    expect(await state()).toBe('queued');
    await world.request('press-pound', { userId });
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ state: 'finished', outcome: 'blocked' });
    expect(callsTo(world, number.e164)).toHaveLength(2);
  });

  test('has a job of its own for when it is due, and waits for no sweeper', async () => {
    const { id } = await request(BOTH, ['busy', 'press-pound']);
    await vi.waitFor(async () => {
      const job = await world.service.jobs.queue.getJob(id);
      expect([(await world.read(id)).state, await job?.getState()]).toEqual(['queued', 'delayed']);
      expect(job?.delay).toBeGreaterThan(AFTER_S * 500);
    }, SOON);
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved', calls: 2 });
    expect(world.log.join('')).not.toContain('verification.swept');
  });

  test.each<[first: ScenarioName, then: ScenarioName, outcome: string]>([
    ['busy', 'busy', 'busy'],
    ['busy', 'no-answer', 'noAnswer'],
    ['no-answer', 'busy', 'busy'],
    ['no-answer', 'no-answer', 'noAnswer'],
    ['busy', 'hang-up', 'hungUp'],
    ['no-answer', 'wrong-key', 'wrongDigits'],
  ])('after "%s" and then met with "%s" is not placed a third time: %s', async (first, then, outcome) => {
    const { id } = await request(BOTH, [first, then]);
    await world.settle();
    const { attempts, verification } = await expectOneEnd(world, id, { outcome, calls: 2 });
    expect([attempts.length, verification.redials]).toEqual([2, 1]);
  });

  test.each<[what: string, redial: object, first: ScenarioName, outcome: string]>([
    ['busy where the policy wants none', {}, 'busy', 'busy'],
    ['no answer where the policy wants none', {}, 'no-answer', 'noAnswer'],
    ['busy where the policy wants it after no answer only', { onNoAnswer: true }, 'busy', 'busy'],
    ['no answer where the policy wants it after busy only', { onBusy: true }, 'no-answer', 'noAnswer'],
    ['hanging up', BOTH, 'hang-up', 'hungUp'],
    ['three wrong keys', BOTH, 'wrong-key', 'wrongDigits'],
    ['silence', BOTH, 'silence', 'noInput'],
    ['a voicemail', BOTH, 'voicemail', 'voicemail'],
    ['a phone out of reach', BOTH, 'unreachable', 'unreachable'],
  ])('is not placed after %s', async (_what, redial, first, outcome) => {
    const { id } = await request(redial, [first, 'press-pound']);
    await world.settle();
    await expectOneEnd(world, id, { outcome, calls: 1 });
  });

  test('is not placed after the verification has expired', async () => {
    const late = { onNoAnswer: true, onBusy: true, afterS: 61 };
    const { id } = await request(late, ['busy', 'press-pound'], { policy: { expiresAfterS: 60 } });
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'busy', calls: 1 });
  });

  test('is placed once, however often the end of the first is told', async () => {
    for (const event of ['completed', 'ringing'] as const)
      world.simulator.faults.webhooks({ kind: 'status', event, do: 'double' });
    const { id } = await request(BOTH, ['busy', 'busy']);
    await world.settle();
    await world.time.idle();
    await expectOneEnd(world, id, { outcome: 'busy', calls: 2 });
  });

  test('is placed too when nobody told the end of the first, and only then', async () => {
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
    const { id } = await request(BOTH, ['no-answer', 'press-pound']);
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved', calls: 2 });
  });

  test.each<[what: string, outcome: string, happens: (id: string) => Promise<unknown>]>([
    ['canceled', 'canceled', (id) => world.api('POST', `/v1/verifications/${id}/cancel`)],
    ['forbidden', 'blocked', () => setPolicy(world, { redial: BOTH, officePhone: { allowed: false } })],
  ])('is not placed when it is %s while it waits', async (_what, outcome, happens) => {
    const { id } = await request(BOTH, ['busy', 'press-pound']);
    await waits(id);
    expect(await world.read(id)).toMatchObject({ state: 'queued', progress: 'queued' });
    await happens(id);
    await world.settle();
    await expectOneEnd(world, id, { outcome, calls: 1 });
  });

  test('is not taken away by a repeated end of the first, whose reader saw the call before', async () => {
    const { id } = await request(BOTH, ['busy', 'press-pound']);
    const { attemptId } = await waits(id);
    const { verifications } = world.service.journey;
    const now = new Date(world.time.now());
    expect(await verifications.decide(id, { outcome: 'busy' }, now, attemptId ?? '')).toBeNull();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved', calls: 2 });
  });

  test('dials the extension again', async () => {
    const { id, number } = await request(BOTH, ['busy', switchboard('1234')], {
      body: { extension: '1234' },
    });
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved', calls: 2 });
    expect(callsTo(world, number).map(dialed)).toEqual(['', '1234']);
  });

  test('shows how far the last one came', async () => {
    const { id } = await request(BOTH, ['no-answer', 'busy']);
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'busy', progress: 'dialing' });
  });

  /** Resolves with the row when the verification waits for its second call. */
  const waits = async (id: string) => {
    await world.time.idle();
    return vi.waitFor(async () => {
      const row = await world.db
        .selectFrom('verification')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      expect(row).toMatchObject({ state: 'queued', redials: 1 });
      return row;
    }, SOON);
  };
});
