// What is pressed in a call and what is said next, with every provider, through the real documents.
import { describe, expect, test } from 'vitest';
import type { Script } from '../../src/simulator/script.ts';
import { openProvider, PROVIDERS, TO } from './provider-world.ts';

const answering = (...reactions: Script['reactions']): Script => ({
  pickUp: { kind: 'answer', afterMs: 2_000, by: 'human' },
  reactions,
});
const press = (keys: string, afterMs = 1_000): Script['reactions'][number] => ({
  on: 'promptEnd',
  afterMs,
  press: keys,
});

describe.each(PROVIDERS)('a call through %s', (name) => {
  test.each<[what: string, phone: Script, steps: string[]]>([
    ['a lone #', answering(press('#')), ['ask', 'approved']],
    [
      '# while the prompt is spoken',
      answering({ on: 'prompt', afterMs: 500, press: '#' }),
      ['ask', 'approved'],
    ],
    ['# at the last moment', answering(press('#', 4_900)), ['ask', 'approved']],
    ['a wrong key, then #', answering(press('5'), press('#')), ['ask', 'wrong-key', 'approved']],
    [
      'nothing but wrong keys',
      answering(press('5'), press('7'), press('9')),
      ['ask', 'wrong-key', 'wrong-key', 'too-many-wrong-keys'],
    ],
    ['0, then #', answering(press('0'), press('#')), ['ask', 'report-fraud', 'fraud-reported']],
    [
      '0, then something else',
      answering(press('0'), press('1'), press('#')),
      ['ask', 'report-fraud', 'ask', 'approved'],
    ],
    ['silence', answering(), ['ask', 'silence', 'silence', 'too-much-silence']],
    ['silence, then #', answering(press('#', 5_500)), ['ask', 'silence', 'approved']],
  ])('takes %s', async (_what, phone, steps) => {
    const world = await openProvider(name);
    await world.run(phone);
    expect(world.steps).toEqual(steps);
    expect(world.said('fallback')).toEqual([]);
  });

  test('takes a star for a key, or for silence, but never for an approval', async () => {
    const world = await openProvider(name);
    await world.run(answering(press('*'), press('#')));
    expect(world.steps).toEqual(['ask', name === 'twilio' ? 'wrong-key' : 'silence', 'approved']);
  });

  test('hears a key once though its webhook comes twice', async () => {
    const world = await openProvider(name);
    world.simulator.faults.webhooks({ kind: 'digits', do: 'double' });
    await world.run(answering(press('#')));
    expect(world.said('digits').map(({ digits }) => digits)).toEqual(['#', '#']);
  });

  const switchboard: Script = {
    pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
    switchboard: { extension: '1234', transferMs: 2_000, patienceMs: 15_000 },
    reactions: [press('#')],
  };
  const extension = { pauseBeforeS: 1.5, digits: '1234', pauseAfterS: 3 };

  test('reaches an extension that the provider dials', async () => {
    const world = await openProvider(name);
    await world.run(switchboard, { sendDigits: extension });
    expect(world.steps.at(-1)).toBe('approved');
  });

  test('reaches an extension that the document dials, before anything is said', async () => {
    const world = await openProvider(name);
    world.extension = extension;
    await world.run(switchboard, { detectMachine: true });
    expect(world.steps.at(-1)).toBe('approved');
    const [call] = world.simulator.calls();
    const caller = call!.transcript.filter(({ who }) => who === 'caller');
    expect(caller.slice(0, 5).map((entry) => ('key' in entry ? entry.key : 'text'))).toEqual([
      '1',
      '2',
      '3',
      '4',
      'text',
    ]);
    expect(caller[0]!.at - call!.answeredAt!).toBe(2_000);
  });

  test('hears of a machine after the key', async () => {
    const world = await openProvider(name);
    const machine: Script = {
      pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
      reactions: [{ on: 'prompt', afterMs: 500, press: '5' }],
    };
    await world.run(machine, { detectMachine: true });
    const kinds = world.heard.map(({ kind }) => kind);
    expect(kinds.indexOf('machine')).toBeGreaterThan(kinds.indexOf('digits'));
    expect(world.said('machine')).toMatchObject([{ answeredBy: 'machine' }]);
  });

  test('goes on with the fallback where a document was lost', async () => {
    const world = await openProvider(name);
    world.simulator.faults.webhooks({ kind: 'digits', do: 'lose', times: 1 });
    await world.run(answering(press('5'), press('#')), { to: TO });
    expect(world.said('fallback')).toHaveLength(1);
    expect(world.steps).toEqual(['ask', 'ask', 'approved']);
  });

  test('is given absolute addresses and no empty finish key where the provider knows none', async () => {
    const world = await openProvider(name);
    const { contentType, body } = world.provider.renderStep({
      step: 'ask',
      locale: 'sv-SE',
      tenantId: null,
      organisation: 'Contoso',
      timeoutS: 5,
      digitsUrl: 'https://pound.example/digits',
      silenceUrl: 'https://pound.example/silence',
    });
    expect(contentType).toBe('text/xml; charset=utf-8');
    expect(body).toContain('action="https://pound.example/digits"');
    expect(body).toContain(`finishOnKey="${name === 'twilio' ? '' : '*'}" numDigits="1"`);
  });
});
