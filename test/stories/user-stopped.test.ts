// A user who is blocked, or whose phone reported fraud, is on no call any more: whoever holds another verification of
// the user gets nothing from it.
import { afterEach, expect, test, vi } from 'vitest';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { pressing } from '../support/person.ts';
import { expectOneEnd } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** Picks up at once, and presses # when told to stop waiting: long after everybody else has answered. */
const lateApproval = (afterMs: number): Script => ({
  pickUp: { kind: 'answer', afterMs: 500, by: 'human' },
  reactions: [{ on: 'pickUp', afterMs, press: '#' }],
});

describeWorlds('a user who is stopped', ({ world }) => {
  afterEach(() => world.time.resume());

  test('by a report of fraud from the own phone: another live call cannot be approved', async () => {
    const { userId } = await registered(world);
    const [attack, report] = await bothLive(world, userId);
    await world.settle();
    expect(await world.read(report)).toMatchObject({ state: 'finished', outcome: 'fraudReported' });
    await expectOneEnd(world, attack, { outcome: 'blocked' });
    expect(await world.read(attack)).toMatchObject({ errorCode: 'fraudReported' });
    expect((await world.api('GET', `/v1/users/${userId}/block`)).body).toMatchObject({ blocked: true });
    const reveal = await world.api('POST', `/v1/verifications/${attack}/reveal-app-password`);
    expect(reveal.status).not.toBe(200);
  });

  test('by a block: the phone that rings is hung up, and its # counts for nothing', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, lateApproval(20_000));
    world.time.pause();
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'blocked-live', number });
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
    await world.api('PUT', '/v1/users/blocked-live/block', { reason: 'phone stolen' });
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('finished'), SOON);
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'blocked' });
    expect(await world.read(body.id)).toMatchObject({ errorCode: 'userBlocked' });
    expect(world.simulator.calls().filter(({ to }) => to === number)).toMatchObject([{ status: 'canceled' }]);
  });

  test('before an app password is shown: it is shown only after the block has ended', async () => {
    const { id, userId } = await world.story('press-pound');
    await world.api('PUT', `/v1/users/${userId}/block`, { reason: 'phone stolen' });
    const reveal = () => world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    expect(await reveal()).toMatchObject({ status: 403, body: { code: 'user.blocked' } });
    await world.api('DELETE', `/v1/users/${userId}/block`);
    expect(await reveal()).toMatchObject({ status: 200 });
  });

  test('between the # and the registration: nothing is registered', async () => {
    world.time.pause();
    const { id, userId } = await world.request('no-answer');
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('ringing'), SOON);
    // As the process that recorded the # leaves it when it dies.
    const verification = world.db.updateTable('verification').where('id', '=', id);
    await verification.set({ state: 'decided', outcome: 'approved' }).execute();
    await world.api('PUT', `/v1/users/${userId}/block`, { reason: 'phone stolen' });
    world.time.resume();
    await world.settle();
    expect(await world.read(id)).toMatchObject({ state: 'finished', outcome: 'blocked' });
    expect((await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value).toEqual([]);
  });
});

describeWorlds('a report of fraud from a phone that is not the own one', ({ world }) => {
  test('ends the calls, and neither blocks the user nor revokes what works', async () => {
    const own = await registered(world);
    const stranger = await world.request(pressing('0', '#'), { userId: own.userId });
    await world.settle();
    expect(await world.read(stranger.id)).toMatchObject({ state: 'finished', outcome: 'fraudReported' });
    const block = await world.api('GET', `/v1/users/${own.userId}/block`);
    expect(block.body).toMatchObject({ blocked: false });
    const reveal = await world.api('POST', `/v1/verifications/${own.id}/reveal-app-password`);
    expect(reveal.status).toBe(200);
    const [audit] = await world.db
      .selectFrom('auditEvent')
      .select('data')
      .where('verificationId', '=', stranger.id)
      .execute();
    expect(audit?.data).toEqual({
      fromRegisteredPhone: false,
      userBlocked: false,
      blockedUntil: null,
      appPasswordsRevoked: 0,
    });
  });
});

/** Somebody with a registered office phone. */
async function registered(world: World) {
  const { id, userId, number } = await world.story('press-pound');
  return { id, userId, number: number.e164 as string };
}

/** An attacker's registration of another phone, answered, and a call to the user's own phone, which reports fraud. */
async function bothLive(world: World, userId: string): Promise<[attack: string, report: string]> {
  const number = world.newNumber();
  world.simulator.desk.script(number, lateApproval(22_000));
  world.simulator.desk.script(await ownNumber(world, userId), pressing('0', '#'));
  world.time.pause();
  const attack = await world.api('POST', '/v1/verifications', { userId, number });
  const report = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
  for (const { body } of [attack, report])
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
  world.time.resume();
  return [attack.body.id, report.body.id];
}

async function ownNumber(world: World, userId: string): Promise<string> {
  const { phoneNumber } = await world.db
    .selectFrom('phoneMethod')
    .select('phoneNumber')
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow();
  return phoneNumber;
}
