// The key that decides, the end of the call and machine detection reach us in any order.
import { afterEach, expect, test, vi } from 'vitest';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { expectOneEnd, pressedPound, stopAt } from '../support/traces.ts';

/** Presses # and puts the handset down at once. */
const PRESS_AND_HANG_UP: Script = {
  pickUp: { kind: 'answer', afterMs: 4_000, by: 'human' },
  reactions: [
    { on: 'promptEnd', afterMs: 1_000, press: '#' },
    { on: 'pickUp', afterMs: 200, hangUp: true },
  ],
};

/** Machine detection, 4 s after pick-up, takes the person for a machine. They have pressed a key by then. */
const takenForMachine = (...rest: Script['reactions']): Script => ({
  pickUp: { kind: 'answer', afterMs: 4_000, by: 'machine' },
  reactions: [{ on: 'pickUp', afterMs: 1_000, press: '5' }, ...rest],
});

describeWorlds('keys that come late', ({ world }) => {
  afterEach(() => {
    world.simulator.faults.clear();
    world.time.resume();
  });

  test('a key that comes within two seconds after the end of the call counts', async () => {
    world.simulator.faults.webhooks({ kind: 'digits', do: 'delay', ms: 1_500 });
    const { id } = await world.story(PRESS_AND_HANG_UP);
    await expectOneEnd(world, id, { outcome: 'approved' });
  });

  test('a key that comes after the call was decided as hung up changes nothing', async () => {
    world.simulator.faults.webhooks({ kind: 'digits', do: 'delay', ms: 60_000 });
    const ended = stopAt(
      world,
      (event) => event.type === 'webhookAnswered' && event.kind === 'status' && isOver(),
    );
    const isOver = () => world.simulator.calls().at(-1)?.endedAt !== null;
    const { id, number } = await world.request(PRESS_AND_HANG_UP);
    await ended;
    await world.time.advance(2_000);
    await vi.waitFor(async () => {
      world.service.jobs.wake(id);
      expect(await world.read(id)).toMatchObject({ state: 'finished', outcome: 'hungUp' });
    }, SOON);
    world.time.resume();
    await world.time.idle();
    expect(pressedPound(world.simulator, number.e164)).toBe(true);
    await expectOneEnd(world, id, { outcome: 'hungUp' });
  });

  test('machine detection after a key changes nothing: the # that follows approves', async () => {
    const { id } = await world.story(takenForMachine({ on: 'promptEnd', afterMs: 1_000, press: '#' }));
    const { attempts } = await expectOneEnd(world, id, { outcome: 'approved' });
    expect(attempts[0]).toMatchObject({ answeredBy: 'machine', wrongKeys: 1 });
  });

  test('machine detection after a key changes nothing: who then hangs up has hung up', async () => {
    const { id } = await world.story(takenForMachine({ on: 'pickUp', afterMs: 6_000, hangUp: true }));
    await expectOneEnd(world, id, { outcome: 'hungUp' });
  });

  test('machine detection after # changes nothing', async () => {
    world.simulator.faults.webhooks({ kind: 'machine', do: 'delay', ms: 30_000 });
    const { id } = await world.story({
      pickUp: { kind: 'answer', afterMs: 4_000, by: 'machine' },
      reactions: [{ on: 'promptEnd', afterMs: 1_000, press: '#' }],
    });
    await world.time.idle();
    await expectOneEnd(world, id, { outcome: 'approved' });
  });

  test('a # after machine detection ended the verification changes nothing', async () => {
    world.simulator.faults.next('update', 'unavailable', { times: 10 });
    const { id, number } = await world.story({
      pickUp: { kind: 'answer', afterMs: 4_000, by: 'machine' },
      reactions: [{ on: 'pickUp', afterMs: 5_000, press: '#' }],
    });
    await world.time.idle();
    expect(pressedPound(world.simulator, number.e164)).toBe(true);
    await expectOneEnd(world, id, { outcome: 'voicemail' });
  });
});
