// Texts in the simulator: REST, callbacks, what phones do with them, STOP, faults. Section 5 of Twilio's documents on
// messages, through the official package.
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/script.ts';
import { ACCOUNT, FROM, type Rig, startRig, TO, TOKEN } from './rig.ts';
import { deviations } from './schema-check.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
  rig.time.pause();
});
afterEach(() => rig.stop());

const client = () => {
  const made = twilio(ACCOUNT, TOKEN, { accountSid: ACCOUNT });
  made.api.baseUrl = rig.simulator.url;
  return made;
};
const please = () => ({ to: TO, from: FROM, body: 'Hello', statusCallback: rig.at('/text') });
const send = (changes: Partial<ReturnType<typeof please>> & { validityPeriod?: number } = {}) =>
  client().messages.create({ ...please(), ...changes });
const done = () => {
  rig.time.resume();
  return rig.time.idle();
};
const told = () => rig.to('/text').map(({ params }) => params.MessageStatus);
const phone = (texts: Script['texts']): Script => ({ pickUp: { kind: 'ignore' }, reactions: [], texts });

describe('a text', () => {
  it('is created, sent and delivered, and each step is reported', async () => {
    const created = await send();
    expect(created).toMatchObject({ status: 'queued', to: TO, from: FROM, body: 'Hello', dateSent: null });
    expect(created.sid).toMatch(/^SM[0-9a-f]{32}$/);
    await done();
    expect(told()).toEqual(['sending', 'sent', 'delivered']);
    const { status, dateSent, errorCode } = await client().messages(created.sid).fetch();
    expect({ status, errorCode }).toEqual({ status: 'delivered', errorCode: null });
    expect(dateSent.getTime()).toBeGreaterThanOrEqual(created.dateCreated.getTime());
    expect(rig.to('/text')[0]!.params).toEqual({
      MessageSid: created.sid,
      SmsSid: created.sid,
      AccountSid: ACCOUNT,
      MessageStatus: 'sending',
      SmsStatus: 'sending',
      To: TO,
      From: FROM,
      ApiVersion: '2010-04-01',
    });
  });

  it('is on the phone that it was sent to, and on no other', async () => {
    await send({ body: 'One' });
    await rig.time.advance(500);
    await send({ body: 'Two' });
    await done();
    const read = async (number: string) =>
      (await fetch(`${rig.simulator.url}/desk-phones/${encodeURIComponent(number)}/texts`)).json();
    const start = rig.simulator.texts()[0]!.createdAt;
    expect(await read(TO)).toEqual({
      texts: [
        { from: FROM, body: 'One', at: start + 2_600 },
        { from: FROM, body: 'Two', at: start + 3_100 },
      ],
    });
    expect(await read(FROM)).toEqual({ texts: [] });
    expect(await (await fetch(`${rig.simulator.url}/texts`)).json()).toEqual({
      texts: rig.simulator.texts(),
    });
  });

  it('looks as the documents say, single and in a list', async () => {
    await send();
    const one = (await (await rig.rest('/Messages.json')).json()) as { messages: object[] };
    const { messages, ...envelope } = one;
    expect(deviations('text', messages[0]!)).toEqual([]);
    expect(deviations('list', envelope)).toEqual([]);
  });

  it('is listed by sender, number and the day it was sent on, newest first', async () => {
    const { sid: first } = await send();
    await send({ to: '+442079460124' });
    await send({ from: 'Contoso' });
    const { sid: second } = await send();
    const found = async (query: object) => (await client().messages.list(query)).map(({ sid }) => sid);
    expect(await found({ to: TO, from: FROM, pageSize: 1 })).toEqual([second, first]);
    expect(await found({ to: TO, from: 'Contoso' })).toHaveLength(1);
    expect(await found({ dateSent: new Date(rig.time.now()) })).toEqual([]);
    await done();
    expect(await found({ dateSent: new Date(rig.time.now()) })).toHaveLength(4);
    expect(await found({ dateSentAfter: new Date(rig.time.now()) })).toEqual([]);
  });

  it('has as many segments as its characters need', async () => {
    expect((await send({ body: 'a'.repeat(160) })).numSegments).toBe('1');
    expect((await send({ body: 'あ'.repeat(71) })).numSegments).toBe('2');
  });

  it('that nobody knows is 20404', async () => {
    await expect(client().messages('SM1').fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('a text is refused', () => {
  it.each<[what: string, form: Record<string, string>, code: number]>([
    ['without a number', { To: '' }, 21604],
    ['to what is no number', { To: '12' }, 21211],
    ['without a sender', { From: '' }, 21603],
    ['from what is no number', { From: '+12' }, 21212],
    ['from a name that is too long', { From: 'Contoso Limited' }, 21212],
    ['from a name to America', { From: 'Contoso', To: '+12025550100' }, 21612],
    ['to its sender', { To: FROM }, 21266],
    ['without words', { Body: '' }, 21602],
    ['with too many words', { Body: 'a'.repeat(1601) }, 21617],
    ['with a callback that is no address', { StatusCallback: 'pound' }, 21609],
    ['that is good for no second', { ValidityPeriod: '0' }, 90007],
    ['that is good for more than ten hours', { ValidityPeriod: '36001' }, 90007],
  ])('%s', async (_what, form, code) => {
    const response = await rig.rest('/Messages.json', { To: TO, From: FROM, Body: 'Hello', ...form });
    expect([response.status, await response.json()]).toMatchObject([400, { code, status: 400 }]);
    expect(rig.simulator.texts()).toEqual([]);
  });

  it('from a number that is not of the account', async () => {
    await rig.stop();
    rig = await startRig({ callerIds: ['+442079460111'] });
    await expect(send()).rejects.toMatchObject({ code: 21606 });
  });

  it('with wrong credentials', async () => {
    const response = await rig.rest('/Messages.json', { To: TO }, `${ACCOUNT}:wrong`);
    expect([response.status, await response.json()]).toMatchObject([401, { code: 20003 }]);
  });
});

describe('a phone', () => {
  it.each<
    [what: string, script: Script | 'landline' | 'unreachable' | 'busy', told: string[], code?: string]
  >([
    ['that is busy takes texts', 'busy', ['sending', 'sent', 'delivered']],
    ['that is a landline takes none', 'landline', ['sending', 'sent', 'undelivered'], '30006'],
    ['out of reach takes none', 'unreachable', ['sending', 'sent', 'undelivered'], '30003'],
    [
      'may fail before anything was sent',
      phone({ kind: 'failed', errorCode: 30002 }),
      ['sending', 'failed'],
      '30002',
    ],
    ['may be in a network that reports nothing', phone({ kind: 'silent' }), ['sending', 'sent']],
  ])('%s', async (_what, script, statuses, code) => {
    rig.simulator.desk.script(TO, script);
    await send();
    await done();
    expect(told()).toEqual(statuses);
    expect(rig.to('/text').at(-1)!.params.ErrorCode).toBe(code);
    const isOn = script !== 'landline' && script !== 'unreachable' && code === undefined;
    expect(rig.simulator.texts()[0]!.receivedAt !== null).toBe(isOn);
  });

  it('may be one that the provider refuses', async () => {
    rig.simulator.desk.script(TO, phone({ kind: 'refuse', errorCode: 21635 }));
    await expect(send()).rejects.toMatchObject({ status: 400, code: 21635 });
  });
});

describe('STOP', () => {
  const answer = (body: string, to = FROM) => rig.simulator.answerText({ from: TO, to, body });

  it.each(['STOP', ' stop\n', 'Unsubscribe', 'QUIT'])(
    'as %j ends texts from that number until START',
    async (word) => {
      answer(word);
      await expect(send()).rejects.toMatchObject({ code: 21610 });
      expect((await send({ from: '+442079460111' })).status).toBe('queued');
      expect((await send({ to: '+442079460124' })).status).toBe('queued');
      answer('Start');
      expect((await send()).status).toBe('queued');
    },
  );

  it.each(['Stop texting me', 'STOP.', 'please stop', '', 'START'])('is not meant by %j', async (words) => {
    answer(words);
    expect((await send()).status).toBe('queued');
  });

  it('is the only such word that a toll-free number knows', async () => {
    const tollFree = '+18885550100';
    answer('QUIT', tollFree);
    expect((await send({ from: tollFree })).status).toBe('queued');
    answer('STOP', tollFree);
    await expect(send({ from: tollFree })).rejects.toMatchObject({ code: 21610 });
  });

  it('cannot be sent to a name', async () => {
    expect(() => answer('STOP', 'Contoso')).toThrow(/cannot be answered/);
    const post = (body: object) =>
      fetch(`${rig.simulator.url}/desk-phones/${encodeURIComponent(TO)}/texts`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
    expect((await post({ to: 'Contoso', body: 'STOP' })).status).toBe(400);
    expect((await post({ to: FROM })).status).toBe(400);
    expect((await post({ to: FROM, body: 'STOP' })).status).toBe(204);
    await expect(send()).rejects.toMatchObject({ code: 21610 });
  });
});

describe('time', () => {
  it('ends a text that waits longer than it is good for', async () => {
    await rig.stop();
    rig = await startRig({ settings: { textsPerSecond: 0.1 } });
    rig.time.pause();
    await send({ validityPeriod: 15 });
    await send({ validityPeriod: 15 });
    await send({ validityPeriod: 15 });
    await done();
    const [first, second, third] = rig.simulator.texts();
    expect([first!.status, second!.status]).toEqual(['delivered', 'delivered']);
    expect(third).toMatchObject({ status: 'failed', errorCode: 30036, receivedAt: null });
    const failed = rig.to('/text').find(({ params }) => params.MessageSid === third!.sid)!;
    expect([failed.params.MessageStatus, failed.at]).toEqual(['failed', 15_000]);
  });

  it('stops with the simulator', async () => {
    await send();
    await rig.simulator.stop();
    expect(rig.simulator.texts()[0]!.status).toBe('queued');
  });
});

describe('faults', () => {
  it('of a call do not hit texts, nor the other way round', async () => {
    rig.simulator.faults.next('create', 'serverError');
    expect((await send()).status).toBe('queued');
    rig.simulator.faults.next('createText', 'serverError');
    await expect(rig.place()).resolves.toMatchObject({ code: 20500 });
    await expect(send()).rejects.toMatchObject({ status: 500, code: 20500 });
    expect(rig.simulator.texts()).toHaveLength(1);
  });

  it('lose the answer before the text is there, and after', async () => {
    rig.simulator.faults.next('createText', 'drop');
    await expect(send()).rejects.toThrow();
    expect(rig.simulator.texts()).toHaveLength(0);
    rig.simulator.faults.next('createText', 'acceptAndDrop', { to: TO });
    await expect(send()).rejects.toThrow();
    expect(rig.simulator.texts()).toHaveLength(1);
    await done();
    expect(told()).toEqual(['sending', 'sent', 'delivered']);
  });

  it('answer late, after the callbacks', async () => {
    rig.time.resume();
    rig.simulator.faults.next('createText', { lateMs: 60_000 });
    expect((await send()).status).toBe('queued');
    expect(told()).toEqual(['sending', 'sent', 'delivered']);
  });

  it('lose, double, delay and reorder callbacks', async () => {
    const { faults } = rig.simulator;
    faults.webhooks({ kind: 'text', event: 'sending', do: 'lose' });
    faults.webhooks({ kind: 'text', event: 'sent', do: 'reorder' });
    faults.webhooks({ kind: 'text', event: 'delivered', do: 'double' });
    faults.webhooks({ kind: 'text', event: 'sent', do: 'delay', ms: 1_000 });
    await send();
    await done();
    expect(told()).toEqual(['delivered', 'delivered', 'sent']);
  });
});

it('never logs what was written, or to whom', async () => {
  await rig.stop();
  const lines: string[] = [];
  rig = await startRig({ log: { info: (fields, message) => lines.push(JSON.stringify([fields, message])) } });
  await send({ body: 'Code 123456' });
  await done();
  expect(lines.join()).toContain('textStatus');
  expect(lines.join()).not.toMatch(/123456|\+44/);
});
