// PostgreSQL restarts during live calls. Callers are asked to wait, what they press counts, and the service goes on.
import { describe, expect, test, vi } from 'vitest';
import { worldOfEachTest } from '../support/open-worlds.ts';
import { HAS_POSTGRES, HAS_REDIS, startOwnStores } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { expectOneEnd, isStatus, stopAt } from '../support/traces.ts';
import { spoken } from './desk-calls.ts';

const PLACES: [name: string, withRedis: boolean][] = [
  ...(HAS_POSTGRES ? [['postgres', false] as [string, boolean]] : []),
  ...(HAS_REDIS ? [['postgres+redis', true] as [string, boolean]] : []),
];
const ONE_MOMENT = /ögonblick/i;
const PATIENTLY = { timeout: 20_000, interval: 100 };

describe.each(PLACES)('when PostgreSQL restarts, on %s', (_name, withRedis) => {
  const { world, stores } = worldOfEachTest(() => startOwnStores(withRedis));

  const callTo = (number: string) => world.simulator.calls().find(({ to }) => to === number);
  const heard = (number: string) => spoken(callTo(number));
  const saysOneMoment = (number: string) =>
    stopAt(world, (event) => event.to === number && event.type === 'heard' && ONE_MOMENT.test(event.text));

  /** The server is back and the service has noticed. */
  async function bringBack(): Promise<void> {
    await stores.postgres.start();
    await vi.waitFor(async () => {
      expect((await world.api('GET', '/v1/users/nobody/phone-methods')).status).toBe(200);
      await world.service.stores.queues.ping();
    }, PATIENTLY);
  }

  test('the # pressed while it is away counts, and the person is asked to wait meanwhile', async () => {
    const number = world.newNumber();
    const prompt = stopAt(world, (event) => event.to === number && event.type === 'heard');
    world.simulator.desk.script(number, 'press-pound');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'presses', number });
    await prompt;
    await stores.postgres.halt();
    const waiting = saysOneMoment(number);
    world.time.resume();
    await waiting;
    expect(callTo(number)?.transcript.at(-2)).toMatchObject({ who: 'callee', key: '#' });
    await bringBack();
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'approved' });
    expect(heard(number).filter((text) => ONE_MOMENT.test(text))).toHaveLength(1);
    expect(callTo(number)?.status).toBe('completed');
  }, 60_000);

  test('whoever picks up while it is away is asked to wait and then hears the question', async () => {
    const number = world.newNumber();
    const ringing = stopAt(world, (event) => event.to === number && isStatus(event, 'ringing'));
    world.simulator.desk.script(number, {
      pickUp: { kind: 'answer', afterMs: 4_000, by: 'human' },
      reactions: [{ on: 'promptEnd', afterMs: 1_000, press: '#' }],
    });
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'picks-up', number });
    await ringing;
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
    await stores.postgres.kill();
    const waiting = saysOneMoment(number);
    world.time.resume();
    await waiting;
    expect((await world.api('GET', `/v1/verifications/${body.id}`)).status).toBe(503);
    await bringBack();
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'approved' });
    expect(heard(number)[0]).toMatch(ONE_MOMENT);
  }, 60_000);

  test('an end that nobody could write down is found out, and the service goes on', async () => {
    const number = world.newNumber();
    const ringing = stopAt(world, (event) => event.to === number && isStatus(event, 'ringing'));
    world.simulator.desk.script(number, 'no-answer');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'is-out', number });
    await ringing;
    await stores.postgres.halt();
    world.time.resume();
    await world.time.idle();
    expect(callTo(number)?.status).toBe('no-answer');
    await bringBack();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'noAnswer' });
    expect((await world.story('press-pound')).outcome).toBe('approved');
  }, 60_000);

  test('a person who waits in vain hears an apology, and the verification still ends once', async () => {
    const number = world.newNumber();
    const prompt = stopAt(world, (event) => event.to === number && event.type === 'heard');
    world.simulator.desk.script(number, 'press-pound');
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'in-vain', number });
    await prompt;
    await stores.postgres.halt();
    world.time.resume();
    await world.time.idle();
    expect(heard(number).filter((text) => ONE_MOMENT.test(text)).length).toBeGreaterThan(5);
    expect(callTo(number)?.status).toBe('completed');
    await bringBack();
    await world.settle();
    await expectOneEnd(world, body.id, { outcome: 'hungUp' });
  }, 60_000);
});
