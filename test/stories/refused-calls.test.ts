// The phone network refuses a call, or is out of reach for good: an honest outcome, and never stuck.
import { afterEach, expect, test, vi } from 'vitest';
import { describeNetworkWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { eventsOf, expectOneEnd } from '../support/traces.ts';

const REFUSED: [code: number, status: number, outcome: string, alarm: boolean][] = [
  [21211, 400, 'invalidNumber', false],
  [21216, 403, 'blocked', false],
  [20003, 401, 'providerError', true],
  [21210, 400, 'providerError', true],
  [99999, 400, 'providerError', true],
];

describeNetworkWorlds('when the phone network does not place a call', ({ world }) => {
  afterEach(async () => {
    world.simulator.faults.clear();
    await world.proxy.close();
    await world.proxy.open();
  });

  test.each(REFUSED)(
    'error %i (HTTP %i) ends it at once as %s, alarm: %s',
    async (code, status, outcome, alarm) => {
      world.simulator.faults.next('create', { refuse: { status, code, message: 'no' } });
      const { id } = await world.request('press-pound');
      await world.settle();
      const { verification, attempts } = await expectOneEnd(world, id, { outcome, calls: 0 });
      expect(verification.errorCode).toBe(String(code));
      expect(attempts).toHaveLength(1);
      const refusal = eventsOf(world.log, id).find(({ event }) => event === 'call.refused');
      expect(refusal).toMatchObject({ alarm, level: alarm ? 'error' : 'info' });
      expect(await world.read(id)).toMatchObject({ outcome, errorCode: String(code) });
    },
  );

  test('a network that refuses every connection ends it as a provider error that says so', async () => {
    await world.proxy.close();
    const { id } = await world.request('press-pound');
    await world.settle();
    const { verification } = await expectOneEnd(world, id, { outcome: 'providerError', calls: 0 });
    expect(verification.errorCode).toBe('ECONNREFUSED');
  });

  test('a network that breaks every connection ends it as a provider error', async () => {
    const broken = { times: 1_000 };
    world.simulator.faults.next('create', 'drop', broken);
    world.simulator.faults.next('list', 'drop', broken);
    const { id } = await world.request('press-pound');
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'providerError', calls: 0 });
  });

  test('a network that answers everything with an error ends it as a provider error', async () => {
    const always = { times: 1_000 };
    world.simulator.faults.next('create', 'serverError', always);
    world.simulator.faults.next('list', 'html', always);
    world.simulator.faults.next('fetch', 'unavailable', always);
    const { id } = await world.request('press-pound');
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'providerError', calls: 0 });
  });

  test('a network that has too much to do for good ends it as a provider error, and is not pressed', async () => {
    world.simulator.faults.next('create', 'tooManyRequests', { times: 1_000 });
    const { id } = await world.request('press-pound');
    await world.settle();
    const { verification, attempts } = await expectOneEnd(world, id, { outcome: 'providerError', calls: 0 });
    expect(verification.errorCode).toBe('20429');
    expect(attempts.length).toBeLessThan(20);
  });

  test('calls that are lost and nowhere to be found are dialed three times, not for ever', async () => {
    world.simulator.faults.next('create', 'drop', { times: 1_000 });
    const { id } = await world.request('press-pound');
    await world.settle();
    const { verification, attempts } = await expectOneEnd(world, id, { outcome: 'providerError', calls: 0 });
    expect(verification.errorCode).toBe('callLost');
    expect(attempts).toHaveLength(3);
  });

  test('a call that goes on while the network cannot be asked about it ends as a provider error', async () => {
    const number = world.newNumber();
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose', to: number });
    world.simulator.faults.next('fetch', 'drop', { times: 1_000 });
    const { id } = await world.request('no-answer', number);
    await world.settle();
    const { verification } = await expectOneEnd(world, id, { outcome: 'providerError' });
    expect(verification.errorCode).toBe('callNeverEnded');
  });

  test('a verification that nobody got round to in its time expires without a call', async () => {
    const { queue } = world.service.jobs;
    await queue.pause();
    const { id } = await world.request('press-pound');
    await vi.waitFor(async () => expect(await queue.getJob(id)).toBeDefined(), SOON);
    await world.time.advance(601_000);
    await queue.resume();
    await world.settle();
    const { attempts, verification } = await expectOneEnd(world, id, { outcome: 'expired', calls: 0 });
    expect(attempts).toEqual([]);
    expect(verification.errorCode).toBeNull();
  });
});
