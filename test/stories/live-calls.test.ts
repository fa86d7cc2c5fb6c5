// Only so many verifications may be on a call at once. Those that wait for room are looked at again before they are
// called, and expire when their time is up.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { worldOfEachTest } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { STORES } from '../support/stores.ts';
import { expectOneEnd } from '../support/traces.ts';
import type { World } from '../support/world.ts';

const ONE = { worker: { concurrency: 20, mostLive: 1, lockDurationMs: 2_000, stalledIntervalMs: 1_000 } };
const LINE = '+12025550100';
const lines = (callsPerSecond: number) => ({
  default: [{ number: LINE, provider: null }] as [{ number: string; provider: null }],
  byCountry: {},
  callsPerSecond,
});

const PACES = [
  ['a line without a pace', 0],
  ['a line with a pace', 10],
] as const;

describe.each(STORES)('while there is room for one call, on %s', (store) => {
  describe.each(PACES)('%s', (_what, callsPerSecond) => {
    const { world } = worldOfEachTest(store, { config: { ...ONE, lines: lines(callsPerSecond) } });
    let waiting: string;

    beforeEach(async () => {
      await setPolicy(world, { expiresAfterS: 60 });
      world.time.pause();
      const ringing = await world.request('no-answer');
      await vi.waitFor(async () => expect(await stateOf(world, ringing.id)).not.toBe('queued'), SOON);
      // A line with a pace holds a call back for a moment.
      await world.time.advance(200);
      await vi.waitFor(async () => expect(await stateOf(world, ringing.id)).toBe('ringing'), SOON);
      waiting = (await world.request('press-pound')).id;
      await vi.waitFor(async () => expect(await isTaken(world, waiting)).toBe(true), SOON);
    });

    test('another call waits for it', async () => {
      expect(await stateOf(world, waiting)).toBe('queued');
      if (callsPerSecond === 0) await textGoesOn();
      world.time.resume();
      await world.settle();
      await expectOneEnd(world, waiting, { outcome: 'approved' });
    });

    /** A text takes no room from calls, and waits for none. */
    async function textGoesOn() {
      const body = { userId: 'texted', number: '+46701234999', channel: 'sms' };
      const { id } = (await world.api('POST', '/v1/verifications', body)).body;
      await vi.waitFor(async () => expect(await stateOf(world, id)).toBe('sent'), SOON);
      await world.api('POST', `/v1/verifications/${id}/cancel`);
    }

    test('a user who is blocked meanwhile is not called', async () => {
      const { userId } = await world.read(waiting);
      await world.api('PUT', `/v1/users/${userId}/block`, { reason: 'phone stolen' });
      world.time.resume();
      await world.settle();
      await expectOneEnd(world, waiting, { outcome: 'blocked', calls: 0 });
    });

    test('what the policy forbids meanwhile is not called', async () => {
      await setPolicy(world, { expiresAfterS: 60, officePhone: { allowed: false } });
      world.time.resume();
      await world.settle();
      await expectOneEnd(world, waiting, { outcome: 'blocked', calls: 0 });
    });

    test('a request expires when its time is up, although there is no room', async () => {
      // Nobody tells the end of the other call, so it is live until somebody looks.
      world.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
      await world.time.advance(66_000);
      await world.service.journey.sweep();
      await vi.waitFor(async () => expect(await stateOf(world, waiting)).toBe('finished'), SOON);
      await expectOneEnd(world, waiting, { outcome: 'expired', calls: 0 });
    });
  });
});

async function stateOf(world: World, id: string): Promise<string> {
  return (await world.read(id)).state;
}

/** Whether a worker has taken the job of a verification. */
async function isTaken(world: World, id: string): Promise<boolean> {
  const job = await world.service.jobs.queue.getJob(id);
  return (await job?.isActive()) ?? false;
}
