// The right key is recorded, whatever keeps its verification from being completed with it, and completed once that is gone.
import { sql } from 'kysely';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HINDRANCES, hinderAppPasswords } from '../support/hinder-app-passwords.ts';
import { describeWorlds, worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { SHARED_STORES } from '../support/stores.ts';
import { expectOneEnd, stopAt, tracesOf } from '../support/traces.ts';
import type { World } from '../support/world.ts';
import { spoken } from './desk-calls.ts';

const stateOf = async (world: World, id: string) => (await world.read(id)).state;

describe.each(SHARED_STORES.slice(-1))('a right key, on %s', (combination) => {
  const { world } = worldOn(combination);

  test('is recorded while another session holds what would be written with it', async () => {
    const { id } = await world.db.transaction().execute(async (session) => {
      await sql`lock table phone_method in share row exclusive mode`.execute(session);
      const requested = await world.request('press-pound', { locale: 'en-US' });
      await vi.waitFor(async () => expect(await stateOf(world, requested.id)).toBe('decided'), SOON);
      await vi.waitFor(
        () => expect(world.simulator.calls().at(-1)?.endedAt).toEqual(expect.anything()),
        SOON,
      );
      // The person has heard that it was right.
      expect(spoken(world.simulator.calls().at(-1)).at(-1)).toMatch(/^Thank you/);
      expect(await stateOf(world, requested.id)).toBe('decided');
      return requested;
    });
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved' });
  });

  test.each(HINDRANCES)(
    'is recorded while the database %s what would be written with it',
    async (_what, does) => {
      const lift = await hinderAppPasswords(world, does);
      const { id } = await world.request('press-pound', { locale: 'en-US' });
      await vi.waitFor(async () => expect(await stateOf(world, id)).toBe('decided'), SOON);
      await lift();
      await world.settle();
      expect(spoken(world.simulator.calls().at(-1)).slice(1)).toEqual([expect.stringMatching(/^Thank you/)]);
      await expectOneEnd(world, id, { outcome: 'approved' });
    },
  );
});

describeWorlds('a right key', ({ world }) => {
  afterEach(async () => {
    world.time.resume();
    await setPolicy(world, {});
  });

  test('is completed as the policy says when it is pressed', async () => {
    const answered = stopAt(world, (event) => event.type === 'webhookAnswered' && event.kind === 'answer');
    const { id } = await world.request('press-pound');
    await answered;
    await setPolicy(world, { appPassword: { issue: false } });
    world.time.resume();
    await world.settle();
    const { verification, phoneMethods, appPasswords } = await tracesOf(world.db, id);
    expect(verification).toMatchObject({ state: 'finished', outcome: 'approved' });
    expect([phoneMethods.length, appPasswords.length]).toEqual([1, 0]);
  });

  test('is told with its completion as two events of one moment', async () => {
    const { id } = await world.story('press-pound');
    const { events } = (await tracesOf(world.db, id)).verification;
    expect(events.slice(-3)).toMatchObject([
      { type: 'decided', outcome: 'approved' },
      { type: 'prompt', prompt: 'approved' },
      { type: 'finished', outcome: 'approved' },
    ]);
  });
});
