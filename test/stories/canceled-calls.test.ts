// A backend cancels, at any moment: the outcome is canceled, once, and the call ends.
import { afterEach, expect, test, vi } from 'vitest';
import type { SimulatorEvent } from '../../src/simulator/events.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { expectOneEnd, isStatus, stopAt } from '../support/traces.ts';

/** Moments in a call, and the states a verification can be in then. */
const MOMENTS: [name: string, happens: (event: SimulatorEvent) => boolean, state: string][] = [
  ['the phone rings', (event) => isStatus(event, 'ringing'), 'ringing'],
  ['the prompt is spoken', (event) => event.type === 'heard', 'answered'],
];

describeWorlds('canceling', ({ world }) => {
  afterEach(() => {
    world.simulator.faults.clear();
    world.time.resume();
  });

  const cancel = (id: string) => world.api('POST', `/v1/verifications/${id}/cancel`);
  const callTo = (number: string) => world.simulator.calls().find(({ to }) => to === number);

  test.each(MOMENTS)('while %s ends the call', async (_name, happens, state) => {
    const number = `+46812${world.newNumber().slice(-5)}`;
    const moment = stopAt(world, (event) => event.to === number && happens(event));
    world.simulator.desk.script(number, 'slow');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'somebody', number });
    await moment;
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe(state), SOON);
    expect(await cancel(body.id)).toMatchObject({ status: 200, body: { outcome: 'canceled' } });
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('finished'), SOON);
    expect(callTo(number)?.status).toMatch(/^(canceled|completed)$/);
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'canceled' });
    expect(callTo(number)?.transcript.filter((entry) => entry.who === 'callee')).toEqual([]);
  });

  test('while it is queued means that no call is placed', async () => {
    const { queue } = world.service.jobs;
    await queue.pause();
    const { id } = await world.request('press-pound');
    expect((await cancel(id)).body).toMatchObject({ state: 'decided', outcome: 'canceled' });
    await queue.resume();
    await world.settle();
    expect((await expectOneEnd(world, id, { outcome: 'canceled', calls: 0 })).attempts).toEqual([]);
  });

  test('while the network has not yet answered ends the call as soon as it is known', async () => {
    world.time.pause();
    world.simulator.faults.next('create', 'acceptAndHold');
    const { id, number } = await world.request('slow');
    await vi.waitFor(() => expect(callTo(number.e164)).toBeDefined(), SOON);
    expect((await world.read(id)).state).toBe('dialing');
    expect((await cancel(id)).status).toBe(200);
    world.simulator.faults.release();
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('finished'), SOON);
    await vi.waitFor(() => expect(callTo(number.e164)?.status).toBe('canceled'), SOON);
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'canceled' });
  });

  test('while the answer of the network is lost: whoever picks up hears that it is over', async () => {
    world.time.pause();
    world.simulator.faults.next('create', 'acceptAndDrop');
    const { id, number } = await world.request('press-pound');
    await vi.waitFor(() => expect(callTo(number.e164)).toBeDefined(), SOON);
    expect((await cancel(id)).status).toBe(200);
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('finished'), SOON);
    world.time.resume();
    await world.settle();
    await world.time.idle();
    await expectOneEnd(world, id, { outcome: 'canceled' });
    const heard = callTo(number.e164)?.transcript ?? [];
    expect(heard).toHaveLength(1);
    expect(callTo(number.e164)?.status).toBe('completed');
  });

  test('twice is answered 200 twice and ends it once', async () => {
    world.time.pause();
    const { id } = await world.request('slow');
    const answers = await Promise.all([cancel(id), cancel(id), cancel(id)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    world.time.resume();
    await world.settle();
    expect((await cancel(id)).status).toBe(200);
    const { verification } = await expectOneEnd(world, id, {
      outcome: 'canceled',
      calls: world.simulator.createdPerNumber()[verificationNumber(await world.read(id))] ?? 0,
    });
    expect(verification.state).toBe('finished');
  });

  test.each(['press-pound', 'busy'] as const)(
    'after it ended with "%s" is refused and changes nothing',
    async (phone) => {
      const { id, outcome } = await world.story(phone);
      const answer = await cancel(id);
      expect(answer).toMatchObject({ status: 409, body: { code: 'verification.alreadyDecided' } });
      expect((await world.read(id)).outcome).toBe(outcome);
      await expectOneEnd(world, id, { outcome });
    },
  );

  test('at the very moment somebody presses # leaves one of the two, never both', async () => {
    const number = `+46813${world.newNumber().slice(-5)}`;
    const pressed = stopAt(world, (event) => event.to === number && event.type === 'key');
    world.simulator.desk.script(number, 'press-pound');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'both', number });
    await pressed;
    const { status } = await cancel(body.id);
    world.time.resume();
    await world.settle();
    const { verification } = await expectOneEnd(world, body.id);
    expect([status, verification.outcome]).toEqual(status === 200 ? [200, 'canceled'] : [409, 'approved']);
  });

  test('an end that cannot be told to the network keeps nobody waiting', async () => {
    world.time.pause();
    world.simulator.faults.next('update', 'unavailable', { times: 100 });
    const { id, number } = await world.request('press-pound');
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('ringing'), SOON);
    expect((await cancel(id)).status).toBe(200);
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('finished'), SOON);
    world.time.resume();
    await world.settle();
    await world.time.idle();
    await expectOneEnd(world, id, { outcome: 'canceled' });
    expect(callTo(number.e164)?.transcript).toHaveLength(1);
  });
});

function verificationNumber(view: { number: { e164: string } }): string {
  return view.number.e164;
}
