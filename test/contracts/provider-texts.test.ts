// What every provider's texts have to do, through the real adapter: sending, losing and finding them, and how they are
// reported.
import { describe, expect, test } from 'vitest';
import type { SendTextRequest, TextFailure } from '../../src/providers/text-port.ts';
import { DIALECTS } from '../../src/simulator/dialect.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { FROM, openProvider, PROVIDERS, type ProviderWorld, TO } from './provider-world.ts';

const since = new Date('2026-11-26T07:59:00Z');
const OTHER = '+46812345679';

/** Sends a text and lets it run to its end. Gives the name of the text. */
async function run(world: ProviderWorld, changes: Partial<SendTextRequest> = {}): Promise<string> {
  const sent = await world.provider.sendText(world.text(changes));
  if (sent.kind !== 'accepted') throw new Error(`not accepted: ${sent.errorCode}`);
  await world.time.idle();
  return sent.textId;
}

const statuses = (world: ProviderWorld) => world.said('text').map(({ status }) => status);

describe.each(PROVIDERS)('texts of %s', (name) => {
  const first = name === 'twilio' ? [] : ['queued'];

  test('arrive word for word, and every step is reported', async () => {
    const world = await openProvider(name);
    const body = 'Din kod för Räksmörgås: 012345. €[]~\n@login.example.com #012345';
    const textId = await run(world, { body });
    expect(world.simulator.texts()).toMatchObject([{ sid: textId, to: TO, from: FROM, body }]);
    expect(statuses(world)).toEqual([...first, 'sending', 'sent', 'delivered']);
    for (const each of world.said('text'))
      expect(each).toMatchObject({ textId, errorCode: null, outcome: null, alarm: false });
  });

  test('come from a name too', async () => {
    const world = await openProvider(name);
    const textId = await run(world, { from: 'Contoso' });
    const found = await world.provider.findTexts({ to: TO, from: 'Contoso', since });
    expect(found).toMatchObject([{ textId, status: 'delivered' }]);
  });

  test('that were sent though the answer was lost are found again, and their callbacks name them', async () => {
    const world = await openProvider(name);
    world.simulator.faults.next('createText', 'acceptAndDrop');
    expect(await world.provider.sendText(world.text())).toMatchObject({ kind: 'unknown' });
    const found = await world.provider.findTexts({ to: TO, from: FROM, since });
    expect(found).toHaveLength(1);
    await world.time.idle();
    expect(world.said('text').every(({ textId }) => textId === found[0]!.textId)).toBe(true);
    expect(world.simulator.texts()).toHaveLength(1);
  });

  test('that were never sent are not found', async () => {
    const world = await openProvider(name);
    world.simulator.faults.next('createText', 'drop');
    expect(await world.provider.sendText(world.text())).toMatchObject({ kind: 'unknown' });
    expect(await world.provider.findTexts({ to: TO, from: FROM, since })).toEqual([]);
  });

  test('are listed by both numbers and by time, oldest first, also while they wait', async () => {
    const world = await openProvider(name);
    const one = await run(world);
    await run(world, { to: OTHER });
    await world.time.advance(5_000);
    const between = new Date(world.time.now());
    await world.time.advance(5_000);
    world.time.pause();
    const sent = await world.provider.sendText(world.text());
    const two = sent.kind === 'accepted' ? sent.textId : '';
    const found = await world.provider.findTexts({ to: TO, from: FROM, since });
    expect(found).toMatchObject([
      { textId: one, status: 'delivered', errorCode: null },
      { textId: two, status: 'queued', errorCode: null },
    ]);
    expect(world.time.now() - found[1]!.createdAt.getTime()).toBeLessThan(1_000);
    expect(await world.provider.findTexts({ to: TO, from: FROM, since: between })).toHaveLength(1);
    expect(await world.provider.findTexts({ to: TO, from: OTHER, since })).toEqual([]);
  });

  test.each<
    [what: string, phone: ScenarioName | Script, status: string, code: string, TextFailure, alarm: boolean]
  >([
    ['a landline', 'landline', 'undelivered', '30006', 'undelivered', false],
    ['a phone out of reach', 'unreachable', 'undelivered', '30003', 'unreachable', false],
    ['a number that is no more', carrier(30005), 'undelivered', '30005', 'invalidNumber', false],
    ['a filter', carrier(30007), 'undelivered', '30007', 'undelivered', true],
    ['a network that does not say why', carrier(30008), 'undelivered', '30008', 'undelivered', false],
    ['a network that gave no answer', carrier(30410), 'undelivered', '30410', 'undelivered', false],
    ['a sender that is not registered', carrier(30034), 'undelivered', '30034', 'undelivered', true],
    [
      'a suspended account',
      phone({ kind: 'failed', errorCode: 30002 }),
      'failed',
      '30002',
      'providerError',
      true,
    ],
    ['the fear of fraud', phone({ kind: 'failed', errorCode: 30450 }), 'failed', '30450', 'blocked', true],
    ['a code nobody knows', carrier(39999), 'undelivered', '39999', 'undelivered', false],
  ])('fail because of %s', async (_what, script, status, errorCode, outcome, alarm) => {
    const world = await openProvider(name);
    world.simulator.desk.script(TO, script);
    const textId = await run(world);
    expect(world.said('text').at(-1)).toEqual({ kind: 'text', textId, status, errorCode, outcome, alarm });
    expect(await world.provider.findTexts({ to: TO, from: FROM, since })).toMatchObject([
      { status, errorCode },
    ]);
  });

  test('are not sent when they waited until the code was no longer good', async () => {
    const world = await openProvider(name, { settings: { textQueueMs: 61_000 } });
    await run(world, { validityS: 60 });
    expect(world.said('text').at(-1)).toMatchObject({
      ...{ status: 'failed', errorCode: '30036', outcome: 'undelivered', alarm: false },
    });
    expect(world.simulator.texts()[0]!.receivedAt).toBeNull();
  });

  test('stop after STOP, until START', async () => {
    const world = await openProvider(name);
    await run(world);
    const answer = (body: string) => world.simulator.answerText({ from: TO, to: FROM, body });
    answer('Stop texting me');
    await run(world);
    answer('STOP');
    expect(await world.provider.sendText(world.text())).toEqual({
      ...{ kind: 'refused', outcome: 'undelivered', errorCode: '21610', alarm: false },
    });
    answer('START');
    await run(world);
    expect(world.simulator.texts()).toHaveLength(3);
  });

  test('are told of twice and out of order, and never arrive twice', async () => {
    const world = await openProvider(name);
    world.simulator.faults.webhooks({ kind: 'text', do: 'reorder', event: 'sent' });
    world.simulator.faults.webhooks({ kind: 'text', do: 'double', event: 'delivered' });
    await run(world);
    expect(statuses(world)).toEqual([...first, 'sending', 'delivered', 'delivered', 'sent']);
    expect(world.simulator.texts()).toHaveLength(1);
  });

  test('are reported again when the answer was an error', async () => {
    const world = await openProvider(name);
    world.failing = 'text';
    await run(world);
    const tries = world.said('text').filter(({ status }) => status === 'delivered').length;
    expect(tries).toBe(name === 'twilio' ? 4 : 3);
  });
});

describe.each(PROVIDERS)('a text that %s does not take', (name) => {
  test.each<[code: number, status: number, result: object]>([
    [21211, 400, refused('invalidNumber')],
    [21408, 400, refused('blocked', true)],
    [21606, 400, refused('providerError', true)],
    [21610, 400, refused('undelivered')],
    [21611, 429, { kind: 'tryLater', alarm: true }],
    [21612, 400, refused('undelivered', true)],
    [21614, 400, refused('undelivered')],
    [21635, 400, refused('undelivered')],
    [30450, 400, refused('blocked', true)],
    [20403, 403, refused('providerError', true)],
    [20429, 429, { kind: 'tryLater', alarm: false }],
    [20500, 500, { kind: 'unknown' }],
    [29999, 400, refused('providerError', true)],
  ])('is told by its code: %i', async (code, status, result) => {
    const world = await openProvider(name);
    world.simulator.faults.next('createText', { refuse: { status, code, message: '' } });
    expect(await world.provider.sendText(world.text())).toEqual({ ...result, errorCode: String(code) });
    expect(world.simulator.texts()).toEqual([]);
  });

  test('because the credentials are wrong is refused, and asking about texts throws', async () => {
    const world = await openProvider(name);
    const stranger = world.connect({ authToken: 'wrong-token' });
    expect(await stranger.sendText(world.text())).toEqual({
      ...refused('providerError', true),
      errorCode: '20003',
    });
    const asked = stranger.findTexts({ to: TO, from: FROM, since });
    await expect(asked).rejects.toMatchObject({ name: 'ProviderError', errorCode: '20003' });
  });

  test('because nobody is there, before anything was sent, may be sent later', async () => {
    const world = await openProvider(name);
    await world.simulator.stop();
    expect(await world.provider.sendText(world.text())).toMatchObject({
      ...{ kind: 'tryLater', errorCode: 'ECONNREFUSED' },
    });
  });
});

describe.each(PROVIDERS)('the status callback of a text of %s', (name) => {
  const FIELDS: [string, string][] = [
    ['MessageSid', 'b3877c40-da60-4998-90ad-b792e98472ca'],
    ['MessageStatus', 'delivered'],
  ];
  const sign = (world: ProviderWorld, key = world.signingKey, path = '/a1/text') => ({
    [DIALECTS[name].signatureHeader]: DIALECTS[name].sign(
      key,
      world.publicUrl + path,
      Object.fromEntries(FIELDS),
    ),
  });

  test('is believed when it is signed', async () => {
    const world = await openProvider(name);
    expect(await world.send('/a1/text', FIELDS, sign(world))).toBe(204);
    expect(world.said('text')).toMatchObject([{ textId: FIELDS[0]![1], status: 'delivered' }]);
  });

  test.each<[what: string, headers: (world: ProviderWorld) => Record<string, string>, code: string]>([
    ['is not signed', () => ({}), 'webhook.unsigned'],
    ['is signed with another key', (world) => sign(world, 'other-key'), 'webhook.wrongSignature'],
    [
      'is signed for another attempt',
      (world) => sign(world, undefined, '/a2/text'),
      'webhook.wrongSignature',
    ],
  ])('is refused when it %s', async (_what, headers, code) => {
    const world = await openProvider(name);
    expect(await world.send('/a1/text', FIELDS, headers(world))).toBe(403);
    expect(world.heard).toEqual([{ kind: 'refused', code }]);
  });
});

function phone(texts: Script['texts']): Script {
  return { pickUp: { kind: 'ignore' }, reactions: [], texts };
}

function carrier(errorCode: number): Script {
  return phone({ kind: 'undelivered', afterMs: 1_000, errorCode });
}

function refused(outcome: TextFailure, alarm = false): object {
  return { kind: 'refused', outcome, alarm };
}
