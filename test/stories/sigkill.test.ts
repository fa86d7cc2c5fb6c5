// A process is killed at the worst moments. Another one takes over: one call, one outcome.
import { sql } from 'kysely';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { openOn } from '../support/open-worlds.ts';
import { cutConnections, PATIENTLY, prepareGround } from '../support/service-processes.ts';
import { SHARED_STORES } from '../support/stores.ts';
import { expectOneEnd, isStatus, stopAt, tracesOf } from '../support/traces.ts';

describe.each(SHARED_STORES)('when a process is killed, on %s', (combination) => {
  const { opened: ground } = openOn(combination, prepareGround);
  /** Verifications by where they were when the process was killed. */
  const killed = { accepted: '', ringing: '', pressed: '' };

  beforeAll(async () => {
    const { time } = ground;
    const first = await ground.start('all');
    const unlock = await pressPoundWhileNothingCanBeCompleted();
    await letItRing();
    await loseTheAnswer();
    await ground.kill(first);
    // What the process was at dies with it.
    await cutConnections(ground.db);
    await unlock();
    ground.simulator.faults.release();
    await ground.start('all');
    await vi.waitFor(async () => expect(await stateOf(killed.accepted)).toBe('ringing'), PATIENTLY);
    time.resume();
    const ids = Object.values(killed);
    await vi.waitFor(
      async () => expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'finished')),
      PATIENTLY,
    );
    await time.idle();
  }, 120_000);

  const stateOf = async (id: string) => (await tracesOf(ground.db, id)).verification.state;

  /** Time goes on until # is recorded; nothing can be registered until the returned function is called. */
  async function pressPoundWhileNothingCanBeCompleted(): Promise<() => Promise<void>> {
    const locked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const holding = ground.db.transaction().execute(async (held) => {
      await sql`lock table phone_method in share row exclusive mode`.execute(held);
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    killed.pressed = await ground.request('press-pound', ground.newNumber());
    await vi.waitFor(async () => expect(await stateOf(killed.pressed)).toBe('decided'), PATIENTLY);
    await ground.time.idle();
    return async () => {
      release.resolve();
      await holding;
    };
  }

  /** A call that rings, with time standing still from there on. */
  async function letItRing(): Promise<void> {
    const number = ground.newNumber();
    const ringing = stopAt(ground, (event) => event.to === number && isStatus(event, 'ringing'));
    killed.ringing = await ground.request('press-pound', number);
    await ringing;
    await vi.waitFor(async () => expect(await stateOf(killed.ringing)).toBe('ringing'), PATIENTLY);
  }

  /** A call that the network has taken, and nobody has heard of it yet. */
  async function loseTheAnswer(): Promise<void> {
    const number = ground.newNumber();
    ground.simulator.faults.next('create', 'acceptAndHold', { to: number });
    killed.accepted = await ground.request('press-pound', number);
    await vi.waitFor(() => expect(ground.simulator.createdPerNumber()[number]).toBe(1), PATIENTLY);
    expect(await stateOf(killed.accepted)).toBe('dialing');
  }

  test('after the network took the call and before that was written down: the call is found', async () => {
    const { attempts } = await expectOneEnd(ground, killed.accepted, { outcome: 'approved' });
    expect(attempts).toHaveLength(1);
  });

  test('while the phone rings: the call goes on', async () => {
    const { attempts } = await expectOneEnd(ground, killed.ringing, { outcome: 'approved' });
    expect(attempts).toHaveLength(1);
  });

  test('between # and the registration: it is completed once, with phone method and app password', async () => {
    await expectOneEnd(ground, killed.pressed, { outcome: 'approved' });
  });
});

describe.each(SHARED_STORES)('when the worker is killed and the web process lives, on %s', (combination) => {
  const { opened: ground } = openOn(combination, prepareGround);

  test('the call is answered to its end, requests are accepted, and the next worker does the rest', async () => {
    const { db, time } = ground;
    const stateOf = async (id: string) => (await tracesOf(db, id)).verification.state;
    const [, worker] = await Promise.all([ground.start('web'), ground.start('worker')]);
    const number = ground.newNumber();
    const ringing = stopAt(ground, (event) => event.to === number && isStatus(event, 'ringing'));
    const live = await ground.request('press-pound', number);
    await ringing;
    await vi.waitFor(async () => expect(await stateOf(live)).toBe('ringing'), PATIENTLY);
    await ground.kill(worker);
    const queued = await ground.request('press-pound', ground.newNumber());
    time.resume();
    await time.idle();
    // Who records the deciding key completes at once, without any worker.
    await vi.waitFor(async () => expect(await stateOf(live)).toBe('finished'), PATIENTLY);
    expect(await stateOf(queued)).toBe('queued');
    await ground.start('worker');
    await vi.waitFor(
      async () => expect([await stateOf(live), await stateOf(queued)]).toEqual(['finished', 'finished']),
      PATIENTLY,
    );
    await time.idle();
    await expectOneEnd(ground, live, { outcome: 'approved' });
    await expectOneEnd(ground, queued, { outcome: 'approved' });
  }, 120_000);
});
