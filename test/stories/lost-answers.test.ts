// The phone network's answer to "place a call" is lost, late or senseless. One call, one outcome.
import { afterEach, expect, test, vi } from 'vitest';
import type { RestFault } from '../../src/simulator/faults.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { describeNetworkWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import type { SpoiledAnswer } from '../support/spoiling-proxy.ts';
import { eventsOf, expectOneEnd, isStatus, stopAt } from '../support/traces.ts';

/** Faults after which nothing was done at the network, and how many attempts a call then takes. */
const NOTHING_DONE: [name: string, fault: RestFault, attempts: number, event: string][] = [
  ['a broken connection', 'drop', 2, 'call.lost'],
  ['a 500', 'serverError', 2, 'call.lost'],
  ['a 503', 'unavailable', 2, 'call.lost'],
  ['a page of HTML', 'html', 2, 'call.lost'],
  ['a 429', 'tooManyRequests', 2, 'call.postponed'],
];

const SPOILED: [name: string, answer: SpoiledAnswer][] = [
  ['a 500', { status: 500, type: 'application/json', body: '{"code":20500,"message":"error"}' }],
  ['a 503', { status: 503, type: 'application/json', body: '{"code":20503,"message":"error"}' }],
  ['a page of HTML', { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' }],
  ['a page of HTML with status 200', { status: 200, type: 'text/html', body: '<h1>Welcome</h1>' }],
  ['an empty object', { status: 201, type: 'application/json', body: '{}' }],
  ['a 404 that is not the network’s', { status: 404, type: 'text/html', body: 'not found' }],
];

/** Phones whose calls end in another way each, also before anybody looks for a lost call. */
const PHONES: [ScenarioName, string][] = [
  ['press-pound', 'approved'],
  ['slow', 'approved'],
  ['busy', 'busy'],
  ['no-answer', 'noAnswer'],
  ['wrong-key', 'wrongDigits'],
  ['hang-up', 'hungUp'],
];

describeNetworkWorlds('when the answer to placing a call goes astray', ({ world }) => {
  afterEach(() => {
    world.simulator.faults.clear();
  });

  const names = (id: string) => eventsOf(world.log, id).map(({ event }) => event);

  test.each(PHONES)('a call that was taken is not placed again: "%s" ends as %s', async (phone, outcome) => {
    world.simulator.faults.next('create', 'acceptAndDrop');
    const { id } = await world.request(phone);
    await world.settle();
    const { attempts } = await expectOneEnd(world, id, { outcome });
    expect(attempts).toHaveLength(1);
    expect(names(id)).toContain('call.lost');
  });

  test('nobody is called again whose user was blocked meanwhile', async () => {
    const number = world.newNumber();
    const userId = `user-${number.slice(-4)}`;
    world.simulator.faults.next('create', 'drop', { to: number });
    world.time.pause();
    const { id } = await world.request('press-pound', number);
    await vi.waitFor(() => expect(names(id)).toContain('call.lost'), SOON);
    await world.api('PUT', `/v1/users/${userId}/block`, { reason: 'phone stolen' });
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'blocked', calls: 0 });
  });

  test.each(PHONES)(
    'a call that nobody hears of is found and adopted: "%s" ends as %s',
    async (phone, outcome) => {
      const number = world.newNumber();
      world.simulator.faults.next('create', 'acceptAndDrop');
      world.simulator.faults.webhooks({ kind: 'status', do: 'lose', to: number });
      const { id } = await world.request(phone, number);
      await world.settle();
      const { attempts } = await expectOneEnd(world, id, { outcome });
      expect(attempts).toHaveLength(1);
      expect(attempts[0]?.callId).toBe(world.simulator.calls().find(({ to }) => to === number)?.sid);
      // The others are known from the webhooks of the call itself before anybody searches.
      if (phone === 'busy' || phone === 'no-answer') expect(names(id)).toContain('call.adopted');
    },
  );

  test('a call that is found while it rings is followed to its end', async () => {
    const number = world.newNumber();
    world.simulator.faults.next('create', 'acceptAndDrop');
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose', to: number });
    const ringing = stopAt(world, (event) => event.to === number && isStatus(event, 'ringing'));
    const { id } = await world.request('slow', number);
    await ringing;
    await vi.waitFor(() => expect(names(id)).toContain('call.lost'), SOON);
    await world.time.advance(16_000);
    await vi.waitFor(() => {
      world.service.jobs.wake(id);
      expect(names(id)).toContain('call.adopted');
    }, SOON);
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved' });
  });

  test.each(PHONES)(
    'an answer that comes after the call is over does no harm: "%s"',
    async (phone, outcome) => {
      world.simulator.faults.next('create', 'acceptAndHold');
      const { id, number } = await world.request(phone);
      await vi.waitFor(() => {
        const call = world.simulator.calls().find(({ to }) => to === number);
        expect(call?.endedAt).toEqual(expect.any(Number));
      }, SOON);
      world.simulator.faults.release();
      await world.settle();
      expect((await expectOneEnd(world, id, { outcome })).attempts).toHaveLength(1);
    },
  );

  test.each([2_000, 20_000])('an answer that comes %i ms late does no harm', async (lateMs) => {
    world.simulator.faults.next('create', { lateMs });
    const { id } = await world.request('press-pound');
    await world.settle();
    expect((await expectOneEnd(world, id, { outcome: 'approved' })).attempts).toHaveLength(1);
  });

  test.each(SPOILED)('%s in place of the answer does not lead to a second call', async (_name, answer) => {
    world.proxy.spoil(answer);
    const { id } = await world.request('press-pound');
    await world.settle();
    expect((await expectOneEnd(world, id, { outcome: 'approved' })).attempts).toHaveLength(1);
    expect(names(id)).toContain('call.lost');
  });

  test.each(NOTHING_DONE)(
    'after %s, with nothing done, it is dialed again',
    async (_name, fault, count, event) => {
      world.simulator.faults.next('create', fault);
      const { id } = await world.request('press-pound');
      await world.settle();
      const { attempts } = await expectOneEnd(world, id, { outcome: 'approved' });
      expect(attempts).toHaveLength(count);
      expect(names(id)).toContain(event);
    },
  );

  test('a call of which nothing is known is not dialed again before the grace is over and the network was asked', async () => {
    world.simulator.faults.next('create', 'drop');
    const { id } = await world.request('press-pound');
    await world.settle();
    const { attempts } = await expectOneEnd(world, id, { outcome: 'approved' });
    const [first, second] = attempts.map(({ startedAt }) => startedAt.getTime());
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(15_000);
  });

  test('while the network can neither place nor list calls, nothing is dialed blindly', async () => {
    const number = world.newNumber();
    world.simulator.faults.next('create', 'acceptAndDrop');
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose', to: number });
    world.simulator.faults.next('list', 'unavailable', { times: 3 });
    const { id } = await world.request('no-answer', number);
    await world.settle();
    expect((await expectOneEnd(world, id, { outcome: 'noAnswer' })).attempts).toHaveLength(1);
  });

  test('two lost calls to one switchboard are two calls, each verification has one end, and neither is dialed again', async () => {
    const number = world.newNumber();
    world.simulator.faults.next('create', 'acceptAndDrop', { times: 2 });
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose', to: number });
    const ids = [
      await world.request('busy', number, { userId: 'desk-1', extension: '11' }),
      await world.request('busy', number, { userId: 'desk-2', extension: '12' }),
    ];
    await world.settle();
    for (const { id } of ids) {
      const { attempts, verification } = await expectOneEnd(world, id, { calls: 2 });
      expect(attempts).toHaveLength(1);
      // Whose call is whose nobody can tell while both are in doubt.
      expect(['busy', 'providerError']).toContain(verification.outcome);
    }
  });

  test('a refused connection is tried again until the network is there', async () => {
    await world.proxy.close();
    const { id } = await world.request('press-pound');
    await vi.waitFor(() => expect(names(id)).toContain('call.postponed'), SOON);
    await world.proxy.open();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved' });
  });
});
