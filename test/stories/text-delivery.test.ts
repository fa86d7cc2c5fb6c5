// What becomes of a text on its way: STOP and START, numbers that are held back, landlines, answers that are lost.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';

const OPTIONS = { policy: { countries: { allowed: ['SE', 'US', 'NO'] } } };

describeWorlds('a text on its way', OPTIONS, ({ world }) => {
  let mobiles = 0;
  const newMobile = () => `+4670127${4000 + mobiles++}`;
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const ask = async (number: string, extra: Record<string, unknown> = {}) => {
    const request = { userId: `mobile-${number.slice(-6)}`, number, channel: 'sms', ...extra };
    const answer = await world.api('POST', '/v1/verifications', request);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    await world.sendTexts();
    return answer.body.id as string;
  };
  const check = (id: string, code: string) => world.api('POST', `/v1/verifications/${id}/check`, { code });
  const alarmsAbout = (id: string) =>
    world.log.filter((line) => line.includes(`"${id}"`) && line.includes('"alarm":true'));

  test('ends with STOP and comes again after START; other words change nothing', async () => {
    const number = newMobile();
    await check(await ask(number), world.codeOn(number));
    const from = textsTo(number)[0]?.from ?? '';
    const answer = (body: string) => world.simulator.answerText({ from: number, to: from, body });
    answer('Stop texting me');
    await check(await ask(number), world.codeOn(number));
    expect(textsTo(number)).toHaveLength(2);
    answer('stop');
    const stopped = await ask(number);
    await world.settle();
    const { outcome, errorCode, outcomeText } = await world.read(stopped);
    expect([outcome, errorCode]).toEqual(['undelivered', '21610']);
    expect(outcomeText.forUser).toMatch(/STOP.*Send START to the number.*call/);
    expect(outcomeText.forAdministrator).toMatch(/STOP/);
    // It is no fraud, and takes no phone away.
    expect(alarmsAbout(stopped)).toEqual([]);
    const { value } = (await world.api('GET', `/v1/users/mobile-${number.slice(-6)}/phone-methods`)).body;
    expect(value).toHaveLength(1);
    // Tried once, and never again.
    expect(textsTo(number)).toHaveLength(2);
    answer('How do I get texts again?');
    await ask(number);
    await world.settle();
    expect(textsTo(number)).toHaveLength(2);
    answer('START');
    await check(await ask(number), world.codeOn(number));
    expect(textsTo(number)).toHaveLength(3);
  });

  test.each([30450, 30453])(
    'is held back for its prefix (%i), which user and operator are told',
    async (code) => {
      const number = newMobile();
      world.simulator.desk.script(number, {
        ...{ pickUp: { kind: 'ignore' }, reactions: [], texts: { kind: 'failed', errorCode: code } },
      });
      const id = await ask(number);
      await world.settle();
      const { outcome, outcomeText } = await world.read(id);
      expect(outcome).toBe('blocked');
      expect(outcomeText.forUser).toMatch(/held back.*call.*later/);
      expect(outcomeText.forAdministrator).toMatch(/SMS pumping/);
      expect(outcomeText.askAgain).toBe(true);
      expect(alarmsAbout(id)).toHaveLength(1);
      expect(textsTo(number)).toHaveLength(1);
    },
  );

  test.each([
    ['once the network knows it', { kind: 'undelivered', afterMs: 1_000, errorCode: 30006 }, '30006', 1],
    ['when it is asked for', { kind: 'refuse', errorCode: 21635 }, '21635', 0],
    ['when it is asked for, in other words', { kind: 'refuse', errorCode: 21614 }, '21614', 0],
  ] as const)(
    'to a number of +1 that may be a mobile is tried once, and a call is offered %s',
    async (_, texts, code, sent) => {
      const number = `+1202555${1_000 + mobiles++}`;
      world.simulator.desk.script(number, { pickUp: { kind: 'ignore' }, reactions: [], texts });
      const id = await ask(number);
      await world.settle();
      expect(await world.read(id)).toMatchObject({ outcome: 'undelivered', errorCode: code });
      expect((await world.read(id)).outcomeText.forUser).toMatch(
        /ask for a call: a landline can take calls only/,
      );
      expect(textsTo(number)).toHaveLength(sent);
      world.simulator.desk.script(number, 'press-pound');
      const call = { userId: `mobile-${number.slice(-6)}`, number, phoneType: 'mobile' };
      const { body } = await world.api('POST', '/v1/verifications', call);
      await world.settle();
      expect(await world.read(body.id)).toMatchObject({ outcome: 'approved', channel: 'call' });
      expect(callsTo(number)).toHaveLength(1);
    },
  );

  test('is not sent a second time when the network gave the provider no answer', async () => {
    const number = newMobile();
    world.simulator.desk.script(number, {
      ...{ pickUp: { kind: 'ignore' }, reactions: [] },
      texts: { kind: 'undelivered', afterMs: 1_000, errorCode: 30410 },
    });
    const id = await ask(number);
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'undelivered', errorCode: '30410' });
    expect(textsTo(number)).toHaveLength(1);
  });

  test.each([
    ['is lost, and a callback says that it went out', 'acceptAndDrop'],
    ['comes after the callbacks', { lateMs: 4_000 }],
  ] as const)('is sent once when the answer of the provider %s', async (_, fault) => {
    const number = newMobile();
    world.simulator.faults.next('createText', fault, { to: number });
    const id = await ask(number);
    await world.time.advance(120_000);
    await world.service.journey.settled();
    await world.service.journey.sweep();
    expect((await world.read(id)).state).toBe('sent');
    expect(textsTo(number)).toHaveLength(1);
    expect((await check(id, world.codeOn(number))).body.outcome).toBe('approved');
  });
});
