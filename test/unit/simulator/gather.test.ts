import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presses, type Rig, startRig, TO } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.stop());

/** Gather with `attributes` and a prompt of 2 s, then a sentence that is only heard when the gather fell through. */
const document = (attributes: string) =>
  `<Response><Gather action="/digits" ${attributes}><Say>${'a'.repeat(30)}</Say></Gather><Say>fell through</Say></Response>`;

const withKeys = async (attributes: string, keys: string, on: 'prompt' | 'promptEnd' = 'promptEnd') => {
  rig.answers('/answer', document(attributes));
  rig.simulator.desk.script(TO, presses([on, 1_000, keys]));
  await rig.run();
  return rig.to('/digits').map(({ params }) => params);
};

// telephony.md 2.2, the table: what the person presses, by finishOnKey.
describe('with the default finish key', () => {
  it('takes a lone # for silence: no action, the next verb follows at once', async () => {
    expect(await withKeys('', '#')).toEqual([]);
    expect(rig.spoken()).toContain('fell through');
    const [key, next] = rig.simulator.calls()[0]!.transcript.slice(-2);
    expect(next!.at).toBe(key!.at);
  });

  it.each([
    ['1234#', '1234'],
    ['0#', '0'],
  ])('delivers %s without the finish key', async (keys, digits) => {
    expect(await withKeys('', keys)).toMatchObject([
      { Digits: digits, FinishedOnKey: '#', msg: 'Gather End' },
    ]);
    expect(rig.spoken()).not.toContain('fell through');
  });

  it('delivers 1234 after the time-out, with an empty FinishedOnKey', async () => {
    expect(await withKeys('timeout="3"', '1234')).toMatchObject([{ Digits: '1234', FinishedOnKey: '' }]);
    const lastKey = rig.simulator.calls()[0]!.transcript.at(-1)!;
    const action = rig.events.find((event) => event.type === 'webhookSent' && event.kind === 'digits')!;
    expect(action.at - lastKey.at).toBe(3_000);
  });

  it('asks the action for a lone # when actionOnEmptyResult is set, without Digits', async () => {
    const [params] = await withKeys('actionOnEmptyResult="true"', '#');
    expect(params).toMatchObject({ FinishedOnKey: '#' });
    expect(params).not.toHaveProperty('Digits');
  });
});

describe('with finishOnKey=""', () => {
  it('delivers # at once with numDigits="1"', async () => {
    expect(await withKeys('finishOnKey="" numDigits="1"', '#')).toMatchObject([
      { Digits: '#', FinishedOnKey: '' },
    ]);
    const key = rig.simulator.calls()[0]!.transcript.at(-1)!;
    expect(rig.events.find((event) => event.type === 'webhookSent' && event.kind === 'digits')!.at).toBe(
      key.at,
    );
  });

  it.each(['#', '1234#', '0#', '1234'])('delivers %s whole after the time-out', async (keys) => {
    expect(await withKeys('finishOnKey=""', keys)).toMatchObject([{ Digits: keys, FinishedOnKey: '' }]);
  });
});

// 2.1: another finish key; the number of digits ends it.
it('ends on another finish key when asked to', async () => {
  expect(await withKeys('finishOnKey="*"', '1#*')).toMatchObject([{ Digits: '1#', FinishedOnKey: '*' }]);
});

it('ends at numDigits and leaves later keys alone', async () => {
  expect(await withKeys('numDigits="2"', '12#')).toMatchObject([{ Digits: '12', FinishedOnKey: '' }]);
});

// 2.1: silence goes to the next verb; actionOnEmptyResult asks the action without input.
it('falls through after the time-out that begins when the prompt is over', async () => {
  rig.answers('/answer', document('timeout="7"'));
  rig.simulator.desk.script(TO, presses());
  await rig.run();
  expect(rig.to('/digits')).toEqual([]);
  const [prompt, next] = rig.simulator.calls()[0]!.transcript;
  expect(next!.at - prompt!.at).toBe(2_000 + 7_000);
});

it('waits 5 s unless told otherwise', async () => {
  rig.answers('/answer', document(''));
  rig.simulator.desk.script(TO, presses());
  await rig.run();
  const [prompt, next] = rig.simulator.calls()[0]!.transcript;
  expect(next!.at - prompt!.at).toBe(2_000 + 5_000);
});

it('asks the action after silence when actionOnEmptyResult is set', async () => {
  rig.answers('/answer', document('actionOnEmptyResult="true"'));
  rig.simulator.desk.script(TO, presses());
  await rig.run();
  expect(rig.to('/digits')).toHaveLength(1);
  expect(rig.to('/digits')[0]!.params).not.toHaveProperty('Digits');
});

// 2.1: the first key stops the sound, and the time-out counts from it.
it('lets a key barge in: the prompt stops and the time-out starts', async () => {
  const long = `<Say>${'a'.repeat(150)}</Say>`;
  rig.answers(
    '/answer',
    `<Response><Gather action="/digits">${long}<Say>never heard</Say></Gather></Response>`,
  );
  rig.simulator.desk.script(TO, presses(['prompt', 2_000, '4']));
  await rig.run();
  const { transcript } = rig.simulator.calls()[0]!;
  expect(transcript.map((entry) => entry.at - transcript[0]!.at)).toEqual([0, 2_000]);
  expect(rig.spoken()).not.toContain('never heard');
  expect(rig.to('/digits')[0]!.params.Digits).toBe('4');
  expect(rig.to('/digits')[0]!.at - rig.to('/answer')[0]!.at).toBe(2_000 + 5_000);
});

// 2.1: input="speech" hears no keys.
it('hears no keys when only speech is wanted', async () => {
  expect(await withKeys('input="speech"', '12#')).toEqual([]);
  expect(rig.spoken()).toContain('fell through');
});

// 2.1: bad values are warnings and the defaults hold.
it('goes on with the default where an attribute makes no sense', async () => {
  expect(await withKeys('finishOnKey="##" numDigits="none" timeout="-1"', '12#')).toMatchObject([
    { Digits: '12' },
  ]);
  expect(rig.events.filter((event) => event.type === 'warning')).toHaveLength(3);
});

describe('action', () => {
  // 2.1 and the Somleng list (7): relative to the document's address, not to the first one.
  it('is resolved against the address of the current document', async () => {
    rig.answers('/answer', '<Response><Redirect>deep/down/second?x=1</Redirect></Response>');
    rig.answers(
      '/deep/down/second',
      '<Response><Gather numDigits="1" action="next?step=2&amp;y=ä"/></Response>',
    );
    rig.simulator.desk.script(TO, presses(['promptEnd', 100, '1']));
    await rig.run();
    expect(rig.to('/deep/down/next')).toMatchObject([
      { params: { Digits: '1' }, query: { step: '2', y: 'ä' } },
    ]);
  });

  it('is the current document, query and all, when it is missing: a loop', async () => {
    rig.answers('/answer', '<Response><Gather numDigits="1"><Say>again</Say></Gather></Response>');
    rig.simulator.desk.script(TO, presses(['promptEnd', 100, '1'], ['promptEnd', 100, '2']));
    await rig.run({ Url: rig.at('/answer?attempt=7') });
    expect(rig.to('/answer').map(({ params }) => params.Digits)).toEqual([undefined, '1', '2']);
    expect(rig.to('/answer').every(({ query }) => query.attempt === '7')).toBe(true);
    expect(rig.spoken()).toEqual(['again', 'again', 'again']);
  });

  // Somleng list (5): method="GET" puts everything into the query.
  it('gets the digits in the query with method="GET"', async () => {
    rig.answers('/answer', '<Response><Gather numDigits="1" method="GET" action="/digits?a=b"/></Response>');
    rig.simulator.desk.script(TO, presses(['promptEnd', 100, '1']));
    await rig.run();
    expect(rig.to('/digits')).toMatchObject([{ method: 'GET', query: { a: 'b', Digits: '1' }, params: {} }]);
  });

  // GATHER: a 3xx is followed with GET and without Digits.
  it('loses the digits when it answers with a redirect', async () => {
    rig.answers('/answer', document('numDigits="1"'));
    rig.answers('/digits', (_one, res) => void res.writeHead(302, { Location: '/elsewhere' }).end());
    rig.answers('/elsewhere', '<Response><Say>elsewhere</Say></Response>');
    rig.simulator.desk.script(TO, presses(['promptEnd', 100, '1']));
    await rig.run();
    expect(rig.to('/elsewhere')).toMatchObject([{ method: 'GET', query: {}, params: {} }]);
    expect(rig.spoken()).toContain('elsewhere');
  });
});

// 2.2: what happens to the action is undocumented; the status callback is what counts.
it('ends the call when the person hangs up while it listens', async () => {
  rig.answers('/answer', document(''));
  rig.simulator.desk.script(TO, {
    pickUp: { kind: 'answer', afterMs: 0, by: 'human' },
    reactions: [{ on: 'promptEnd', afterMs: 1_000, hangUp: true }],
  });
  await rig.run({ StatusCallback: rig.at('/status') });
  expect(rig.to('/digits')).toEqual([]);
  expect(rig.to('/status')).toMatchObject([{ params: { CallStatus: 'completed', CallDuration: '3' } }]);
  expect(rig.spoken()).not.toContain('fell through');
});
