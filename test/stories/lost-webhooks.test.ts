// Webhooks are lost, doubled, delayed and reordered. The verification ends as it would have.
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Faults } from '../../src/simulator/faults.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { expectOneEnd, isStatus, stopAt, tracesOf } from '../support/traces.ts';

const PHONES: [ScenarioName, string][] = [
  ['press-pound', 'approved'],
  ['wrong-then-pound', 'approved'],
  ['busy', 'busy'],
  ['no-answer', 'noAnswer'],
  ['unreachable', 'unreachable'],
  ['voicemail', 'voicemail'],
  ['wrong-key', 'wrongDigits'],
  ['silence', 'noInput'],
  ['hang-up', 'hungUp'],
];

type WebhookFault = Parameters<Faults['webhooks']>[0];

const TROUBLE: [name: string, faults: WebhookFault[]][] = [
  ['every status callback is lost', [{ kind: 'status', do: 'lose' }]],
  [
    'every webhook comes twice',
    (['answer', 'digits', 'redirect', 'status', 'machine'] as const).map((kind) => ({ kind, do: 'double' })),
  ],
  [
    'status callbacks are out of order',
    (['initiated', 'ringing', 'answered'] as const).map((event) => ({
      kind: 'status',
      event,
      do: 'reorder',
    })),
  ],
  [
    'status callbacks come late, the first ones last',
    (['initiated', 'ringing', 'answered', 'completed'] as const).map((event, place) => ({
      kind: 'status',
      event,
      do: 'delay',
      ms: 90_000 - 20_000 * place,
    })),
  ],
  ['the first document cannot be fetched', [{ kind: 'answer', do: 'lose', times: 1 }]],
];

/** A machine that takes the call, says nothing to it and hangs up before it has listened to all. */
const SHORT_VOICEMAIL: Script = {
  pickUp: { kind: 'answer', afterMs: 2_000, by: 'machine' },
  reactions: [{ on: 'pickUp', afterMs: 6_000, hangUp: true }],
};

/** Picks up after 4 s, listens to the prompt and takes some time to press #. */
const PATIENT: Script = {
  pickUp: { kind: 'answer', afterMs: 4_000, by: 'human' },
  reactions: [{ on: 'promptEnd', afterMs: 4_000, press: '#' }],
};

describeWorlds('whatever happens to webhooks', ({ world }) => {
  afterEach(() => {
    world.simulator.faults.clear();
    world.time.resume();
  });

  describe.each(TROUBLE)('%s', (_name, faults) => {
    test.each(PHONES)('"%s" ends as %s', async (phone, outcome) => {
      for (const fault of faults) world.simulator.faults.webhooks(fault);
      const { id } = await world.story(phone);
      const { attempts } = await expectOneEnd(world, id, { outcome });
      expect(attempts).toHaveLength(1);
    });
  });

  test('a key pressed twice by the network’s fault counts once', async () => {
    world.simulator.faults.webhooks({ kind: 'digits', do: 'double' });
    const { id } = await world.story('wrong-then-pound');
    const { attempts } = await expectOneEnd(world, id, { outcome: 'approved' });
    expect(attempts[0]?.wrongKeys).toBe(1);
  });

  test('a machine that hung up is found to be one although no callback told of it', async () => {
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
    world.simulator.faults.webhooks({ kind: 'machine', do: 'lose' });
    const { id } = await world.story(SHORT_VOICEMAIL);
    await expectOneEnd(world, id, { outcome: 'voicemail' });
  });

  test.each([
    ['the callback before it', 'double'],
    ['only the fetched document', 'lose'],
  ] as const)('a late "ringing" never undoes "answered", told by %s', async (_teller, what) => {
    world.simulator.faults.webhooks({ kind: 'status', event: 'answered', do: what });
    world.simulator.faults.webhooks({ kind: 'status', event: 'ringing', do: 'delay', ms: 6_000 });
    const late = stopAt(
      world,
      (event) => event.type === 'webhookSent' && event.params.CallStatus === 'ringing',
    );
    const { id, number } = await world.request(PATIENT);
    await late;
    const call = world.simulator.calls().find(({ to }) => to === number.e164);
    expect(call?.answeredAt).toBeLessThan(world.time.now());
    await world.time.idle();
    expect((await world.read(id)).state).toBe('answered');
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved' });
  });

  test('who hangs up while every callback is lost knows within 30 s that it is over', async () => {
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
    const { id } = await world.story('hang-up');
    const { verification } = await expectOneEnd(world, id, { outcome: 'hungUp' });
    const call = world.simulator.calls().at(-1);
    expect(Number(verification.finishedAt) - Number(call?.endedAt)).toBeLessThan(30_000);
  });

  test('a call of which no webhook has come is no fault of the person, and raises an alarm', async () => {
    for (const kind of ['answer', 'fallback', 'status', 'machine'] as const)
      world.simulator.faults.webhooks({ kind, do: 'lose' });
    const { id } = await world.story('press-pound');
    await expectOneEnd(world, id, { outcome: 'providerError' });
    expect(await world.read(id)).toMatchObject({ errorCode: 'noWebhook' });
    const alarms = world.log
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'call.noWebhook');
    expect(alarms).toMatchObject([{ level: 'error', verificationId: id, alarm: true }]);
    expect(alarms[0].meaning).toContain('PUBLIC_URL');
  });

  test('a call whose every callback is lost is asked about only after it should have ended', async () => {
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
    const ringing = stopAt(world, (event) => isStatus(event, 'ringing'));
    const { id } = await world.request('no-answer');
    await ringing;
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('ringing'), SOON);
    const { wakeAt } = (await tracesOf(world.db, id)).verification;
    // 30 s of ringing and 15 s of waiting after that.
    expect(wakeAt.getTime() - world.time.now()).toBeGreaterThan(40_000);
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'noAnswer' });
  });
});
