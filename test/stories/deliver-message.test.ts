// A message of somebody else is passed on by a call or a text: once, in time, and to nobody but whoever asked to hear it.
import { describe, expect, test, vi } from 'vitest';
import type { MessageToDeliver } from '../../src/domain/delivered-message.ts';
import { type Deadline, deadlineIn, TooLateError } from '../../src/platform/deadline.ts';
import type { Script } from '../../src/simulator/script.ts';
import { describeWorlds, worldOfThisTest } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { setPolicy } from '../support/set-policy.ts';

const TEXT = 'Use 482913 as your code.';
const APART = 'Use 4, 8, 2, 9, 1, 3 as your code.';
const VOICEMAIL: Script = { pickUp: { kind: 'answer', afterMs: 5_000, by: 'machine' }, reactions: [] };

describeWorlds('a message of somebody else', ({ world, combination }) => {
  let made = 0;
  const messageTo = (number: string, changes: Partial<MessageToDeliver> = {}): MessageToDeliver => ({
    ...{ tenantId: 'contoso', source: 'test', nonce: `nonce-${made++}`, correlationId: 'c-1' },
    ...{ channel: 'call', number, extension: null, text: TEXT, locale: 'en', lifeS: 300 },
    ...{ asksFirst: true, times: 2 },
    ...changes,
  });
  const hand = (message: MessageToDeliver) =>
    world.service.journey.deliverMessage(message, deadlineIn(2_500));

  /** Hands a message over and lets everything happen. */
  async function deliver(script: Script, changes: Partial<MessageToDeliver> = {}) {
    const number = changes.number ?? world.newNumber();
    world.simulator.desk.script(number, script);
    const message = messageTo(number, changes);
    const answer = await hand(message);
    await world.settle();
    return { answer, number, row: await rowOf(number), said: saidTo(number) };
  }

  async function rowOf(number: string) {
    return world.db
      .selectFrom('verification as v')
      .innerJoin('delivery as d', 'd.verificationId', 'v.id')
      .selectAll('v')
      .select(['d.sealed', 'd.nonceHash'])
      .where('v.phoneNumber', '=', number)
      .executeTakeFirstOrThrow();
  }
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const saidTo = (number: string) => JSON.stringify(callsTo(number).map(({ transcript }) => transcript));
  const timesIn = (said: string, text: string) => said.split(text).length - 1;

  test('is spoken twice once # was pressed, its digits apart, and again after a star', async () => {
    const { answer, row, said } = await deliver(pressing('#', '*'));
    expect(answer).toEqual({ kind: 'accepted', codeFound: true });
    expect(row).toMatchObject({ state: 'finished', outcome: 'approved', purpose: 'deliver', sealed: null });
    expect(timesIn(said, APART)).toBe(4);
    expect(said).not.toContain('482913');
    expect(said.indexOf('press the pound key')).toBeLessThan(said.indexOf(APART));
  });

  test('is heard by no voicemail', async () => {
    const { row, said } = await deliver(VOICEMAIL);
    expect(row).toMatchObject({ outcome: 'voicemail', sealed: null });
    expect(said).toContain('To hear it, press');
    expect(said).not.toContain('4, 8');
    expect(said).not.toContain('482913');
  });

  test('is spoken at once where nobody is asked for a key', async () => {
    const { row, said } = await deliver(pressing(), { asksFirst: false, times: 1 });
    expect(row).toMatchObject({ outcome: 'approved', sealed: null });
    expect(timesIn(said, APART)).toBe(1);
    expect(said).not.toContain('To hear it, press the pound');
  });

  test.each([
    ['wrongDigits', pressing('1', '0', '5')],
    ['noInput', pressing()],
    ['noAnswer', { pickUp: { kind: 'ignore' }, reactions: [] }],
    ['busy', { pickUp: { kind: 'busy', afterMs: 300 }, reactions: [] }],
  ] as const)('ends as %s without having been heard', async (outcome, script) => {
    const { row, said } = await deliver(script as Script);
    expect(row).toMatchObject({ state: 'finished', outcome, sealed: null });
    expect(said).not.toContain('4, 8');
  });

  test('is spoken behind an extension', async () => {
    const { row, said } = await deliver(
      {
        pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
        switchboard: { extension: '1234', transferMs: 3_000, patienceMs: 15_000 },
        reactions: [{ on: 'promptEnd', afterMs: 1_000, press: '#' }],
      },
      { extension: '1234' },
    );
    expect(row).toMatchObject({ outcome: 'approved', extension: '1234' });
    expect(timesIn(said, APART)).toBe(2);
  });

  test('speaks with the voice of its language, and with another one where there is none', async () => {
    const swedish = await deliver(pressing('#'), { locale: 'sv', text: 'Din kod är 482913.' });
    expect(swedish.row.locale).toBe('sv-SE');
    expect(swedish.said).toContain('tryck fyrkant');
    const unknown = await deliver(pressing('#'), { locale: 'xx-YY' });
    expect(unknown.row.outcome).toBe('approved');
  });

  test('rings no longer than it is worth anything', async () => {
    const { row, number } = await deliver({ pickUp: { kind: 'ignore' }, reactions: [] }, { lifeS: 8 });
    const [call] = callsTo(number);
    expect((call?.endedAt ?? 0) - row.createdAt.getTime()).toBeLessThanOrEqual(8_000);
    expect(row).toMatchObject({ state: 'finished', sealed: null });
  });

  test('ends as expired, with no call, when its time is over before a phone could ring', async () => {
    const { row, number } = await deliver(pressing('#'), { lifeS: 1 });
    expect(row).toMatchObject({ state: 'finished', outcome: 'expired', sealed: null });
    expect(callsTo(number)).toHaveLength(0);
  });

  test.each(['acceptAndDrop', 'drop', 'tooManyRequests'] as const)(
    'rings one phone once when the provider answers with %s',
    async (fault) => {
      const number = world.newNumber();
      world.simulator.faults.next('create', fault, { to: number });
      const { row, said } = await deliver(pressing('#'), { number });
      expect(row).toMatchObject({ state: 'finished', outcome: 'approved', sealed: null });
      expect(timesIn(said, APART)).toBe(2);
      expect(callsTo(number)).toHaveLength(1);
    },
  );

  test('is spoken as often as was asked for, though webhooks come twice', async () => {
    const number = world.newNumber();
    world.simulator.faults.webhooks({ kind: 'digits', do: 'double', to: number });
    const { row, said } = await deliver(pressing('#', '*'), { number, times: 1 });
    expect(row.outcome).toBe('approved');
    expect(timesIn(said, APART)).toBe(2);
  });

  test('keeps the pace of its line', async () => {
    const lines = { ...world.config.lines, callsPerSecond: 1 };
    const paced = await worldOfThisTest(combination, { config: { lines } });
    const numbers = Array.from({ length: 3 }, () => paced.newNumber());
    const handed = numbers.map((number) =>
      paced.service.journey.deliverMessage(messageTo(number), deadlineIn(2_500)),
    );
    await Promise.all(handed);
    await paced.settle();
    const started = paced.simulator.calls().map(({ createdAt }) => createdAt);
    expect(started).toHaveLength(3);
    expect(Math.max(...started) - Math.min(...started)).toBeGreaterThanOrEqual(2_000);
  });

  test('leaves with its verification', async () => {
    const { row } = await deliver(pressing('#'));
    await world.db.deleteFrom('callAttempt').where('verificationId', '=', row.id).execute();
    await world.db.deleteFrom('verification').where('id', '=', row.id).execute();
    const left = await world.db
      .selectFrom('delivery')
      .select('source')
      .where('verificationId', '=', row.id)
      .execute();
    expect(left).toEqual([]);
  });

  describe('by text', () => {
    const mobile = () => `+4670123${8000 + made++}`;
    const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);

    test('goes out as it is', async () => {
      const { row, number } = await deliver(pressing(), { channel: 'sms', number: mobile(), lifeS: 45 });
      expect(textsTo(number).map(({ body }) => body)).toEqual([TEXT]);
      expect(row).toMatchObject({ state: 'finished', outcome: 'approved', sealed: null });
    });

    test('has done what it was for when nothing more is told', async () => {
      const script: Script = { pickUp: { kind: 'ignore' }, reactions: [], texts: { kind: 'silent' } };
      const { row } = await deliver(script, { channel: 'sms', number: mobile() });
      expect(row).toMatchObject({ state: 'finished', outcome: 'approved', sealed: null });
    });

    test('becomes no call when it is not delivered', async () => {
      await setPolicy(world, { textMessage: { allowed: true, escalation: { toCall: true, afterS: 30 } } });
      const script: Script = {
        ...{ pickUp: { kind: 'ignore' }, reactions: [] },
        texts: { kind: 'undelivered', afterMs: 2_000, errorCode: 30006 },
      };
      const { row, number } = await deliver(script, { channel: 'sms', number: mobile() });
      expect(row).toMatchObject({ state: 'finished', outcome: 'undelivered', sealed: null });
      expect(callsTo(number)).toHaveLength(0);
    });
  });

  test('is passed on once, however often it comes at once', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, pressing('#'));
    const message = messageTo(number);
    const answers = await Promise.all(Array.from({ length: 50 }, () => hand(message)));
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    await world.settle();
    expect((await hand(message)).kind).toBe('repeated');
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
  });

  test('is taken back where only the answer to the commit came too late', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, pressing('#'));
    let waits = 0;
    const deadline: Deadline = {
      leftMs: () => 2_000,
      check: () => undefined,
      // What is read before is there; the commit is the third that is waited for.
      inTime: async (work) => {
        waits += 1;
        if (waits < 3) return work;
        throw new TooLateError('the commit took too long');
      },
    };
    const late = world.service.journey.deliverMessage(messageTo(number), deadline);
    await expect(late).rejects.toThrow(TooLateError);
    await vi.waitFor(async () => expect((await rowOf(number)).outcome).toBe('canceled'));
    await world.settle();
    expect(await rowOf(number)).toMatchObject({ state: 'finished', errorCode: 'tooLate', sealed: null });
    expect(callsTo(number)).toHaveLength(0);
  });

  test('is told to no backend as a verification of a user', async () => {
    const { row } = await deliver(pressing('#'));
    expect((await world.api('GET', `/v1/verifications/${row.id}`)).status).toBe(404);
    expect((await world.api('POST', `/v1/verifications/${row.id}/cancel`)).status).toBe(404);
    const found = await world.api('GET', '/v1/verifications');
    expect(JSON.stringify(found.body)).not.toContain(row.id);
    const written = await world.db
      .selectFrom('outbox')
      .select('id')
      .where('verificationId', '=', row.id)
      .execute();
    expect(written).toEqual([]);
  });

  test('is refused by the daily limits, and may come again where they allow it', async () => {
    await setPolicy(world, { spending: { callsPerDay: 1 } });
    expect((await hand(messageTo(world.newNumber()))).kind).toBe('accepted');
    const message = messageTo(world.newNumber());
    await expect(hand(message)).rejects.toMatchObject({ code: 'spending.limitReached' });
    await setPolicy(world, {});
    expect((await hand(message)).kind).toBe('accepted');
    await world.settle();
  });
});
