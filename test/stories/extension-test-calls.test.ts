// "Test my extension": a call that only tells how far it came. And how far every other call came.
import { afterEach, expect, test, vi } from 'vitest';
import type { SimulatorEvent } from '../../src/simulator/events.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { isStatus, stopAt, tracesOf } from '../support/traces.ts';
import { callsTo, dialed, switchboard } from './desk-calls.ts';
import { readRows } from './stored-text.ts';

const UNREGISTERED = { phoneMethods: [], appPasswords: [], ends: 1 };

describeWorlds('a call that tests an extension', ({ world }) => {
  afterEach(() => {
    world.simulator.faults.clear();
    world.time.resume();
  });

  const test1234 = (phone: ScenarioName | Script, body: object = {}) =>
    world.story(phone, { purpose: 'testExtension', extension: '1234', ...body });

  test.each<[phone: string, Script | ScenarioName, outcome: string, progress: string]>([
    ['is put through and # pressed', switchboard('1234'), 'approved', 'keyPressed'],
    [
      'is put through and another key pressed',
      switchboard('1234', { press: '555' }),
      'wrongDigits',
      'keyPressed',
    ],
    ['is put through and nothing pressed', switchboard('1234', { press: '' }), 'noInput', 'answered'],
    ['is another one', switchboard('4321'), 'hungUp', 'answered'],
    ['is on a switchboard that nobody answers', 'no-answer', 'noAnswer', 'ringing'],
    ['is on a switchboard that is busy', 'busy', 'busy', 'dialing'],
    ['is on a switchboard out of reach', 'unreachable', 'unreachable', 'dialing'],
  ])('which %s tells so, and registers nothing', async (_what, phone, outcome, progress) => {
    const ended = await test1234(phone);
    expect(ended).toMatchObject({ purpose: 'testExtension', state: 'finished', outcome, progress });
    expect(await tracesOf(world.db, ended.id)).toMatchObject(UNREGISTERED);
    const phones = await world.api('GET', `/v1/users/${ended.userId}/phone-methods`);
    expect(phones.body.value).toEqual([]);
    const reveal = await world.api('POST', `/v1/verifications/${ended.id}/reveal-app-password`);
    expect(reveal).toMatchObject({ status: 404, body: { code: 'appPassword.notFound' } });
  });

  test('that works claims no verified phone', async () => {
    const { outcomeText } = await test1234('pbx');
    expect(outcomeText.forUser).not.toMatch(/verified/);
    expect(outcomeText.forUser).not.toBe((await world.story('press-pound')).outcomeText.forUser);
  });

  test('calls the registered phone when no number is given, and leaves it as it is', async () => {
    const registered = await world.story('pbx', { extension: '1234' });
    const { userId } = registered;
    const before = (await readRows(world, 'public')).get('public.phone_method');
    const { status, body } = await world.api('POST', '/v1/verifications', {
      userId,
      purpose: 'testExtension',
    });
    expect({ status, number: body.number }).toEqual({ status: 201, number: registered.number });
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ outcome: 'approved', progress: 'keyPressed' });
    expect(dialed(callsTo(world, registered.number.e164).at(-1))).toBe('1234');
    expect((await readRows(world, 'public')).get('public.phone_method')).toEqual(before);
  });

  test('tests another one than the registered when it is given', async () => {
    const { userId } = await world.story('pbx', { extension: '1234' });
    const number = world.newNumber();
    world.simulator.desk.script(number, switchboard('77'));
    const { body } = await world.api('POST', '/v1/verifications', {
      userId,
      purpose: 'testExtension',
      number: `${number} ext 77`,
    });
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ outcome: 'approved', number: { extension: '77' } });
  });

  test.each([
    ['without a registered phone', () => ({}), 'number.notRegistered', '/number'],
    ['without an extension', () => ({ number: world.newNumber() }), 'extension.missing', '/extension'],
  ])('%s is refused', async (_what, body, code, field) => {
    const calls = world.simulator.calls().length;
    const request = { userId: 'nobody', purpose: 'testExtension', ...body() };
    expect(await world.api('POST', '/v1/verifications', request)).toMatchObject({
      status: 422,
      body: { code, errors: [{ field }] },
    });
    expect(world.simulator.calls()).toHaveLength(calls);
  });

  test('on a registered phone without an extension is refused', async () => {
    const { userId } = await world.story('press-pound');
    const request = { userId, purpose: 'testExtension' };
    expect(await world.api('POST', '/v1/verifications', request)).toMatchObject({
      status: 422,
      body: { code: 'extension.missing' },
    });
  });

  const MOMENTS: [progress: string, happens: (event: SimulatorEvent) => boolean][] = [
    ['ringing', (event) => isStatus(event, 'ringing')],
    ['answered', (event) => event.type === 'heard'],
  ];

  test.each(MOMENTS)('shows "%s" while it is so', async (progress, happens) => {
    const number = world.newNumber();
    const moment = stopAt(world, (event) => event.to === number && happens(event));
    world.simulator.desk.script(number, 'pbx');
    const request = { userId: 'watched', purpose: 'testExtension', number: `${number} x1234` };
    const { body } = await world.api('POST', '/v1/verifications', request);
    await moment;
    await vi.waitFor(async () => expect((await world.read(body.id)).progress).toBe(progress), SOON);
    world.time.resume();
    await world.settle();
  });

  test('shows "keyPressed" after the first key, before anything is decided', async () => {
    const number = world.newNumber();
    const pressed = stopAt(
      world,
      (event) => event.to === number && event.type === 'key' && event.who === 'callee',
    );
    world.simulator.desk.script(number, 'wrong-key');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'watched', number });
    await pressed;
    await vi.waitFor(
      async () =>
        expect(await world.read(body.id)).toMatchObject({ progress: 'keyPressed', state: 'answered' }),
      SOON,
    );
    world.time.resume();
    await world.settle();
  });

  test('shows "queued" while it waits and "dialing" while the network has not told anything', async () => {
    const { queue } = world.service.jobs;
    world.time.pause();
    await queue.pause();
    const { id, progress } = await world.request('pbx', { extension: '1234' });
    expect(progress).toBe('queued');
    await queue.resume();
    await vi.waitFor(async () => expect((await world.read(id)).progress).toBe('dialing'), SOON);
    world.time.resume();
    await world.settle();
    expect((await world.read(id)).progress).toBe('keyPressed');
  });

  test('came as far as the end of the call tells when every other news is lost', async () => {
    world.simulator.faults.webhooks({ kind: 'status', event: 'ringing', do: 'lose' });
    expect(await test1234('no-answer')).toMatchObject({ outcome: 'noAnswer', progress: 'ringing' });
  });

  test('came no further than ringing when it is canceled then', async () => {
    const number = world.newNumber();
    const rings = stopAt(world, (event) => event.to === number && isStatus(event, 'ringing'));
    world.simulator.desk.script(number, 'no-answer');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'stopped', number });
    await rings;
    await vi.waitFor(async () => expect((await world.read(body.id)).progress).toBe('ringing'), SOON);
    await world.api('POST', `/v1/verifications/${body.id}/cancel`);
    world.time.resume();
    await world.settle();
    await world.time.idle();
    expect(await world.read(body.id)).toMatchObject({ outcome: 'canceled', progress: 'ringing' });
  });
});
