import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presses, type Rig, startRig, TO } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ defaultScript: presses() });
});
afterEach(() => rig.stop());

const APOLOGY = /application error/;
/** How long the last call lasted, in ms. */
const lasted = () => {
  const { answeredAt, endedAt } = rig.simulator.calls().at(-1)!;
  return endedAt! - answeredAt!;
};
const play = async (inside: string, form = {}) => {
  rig.answers('/answer', `<Response>${inside}</Response>`);
  await rig.run(form);
};

// 2.3 and the brief: about 15 characters of speech a second.
it.each([
  [`<Say>${'a'.repeat(45)}</Say>`, 3_000],
  ['<Say loop="2">aaaaaaaaaaaaaaa</Say>', 2_000],
  ['<Pause/>', 1_000],
  ['<Pause length="7"/>', 7_000],
  ['<Play>beep.mp3</Play>', 3_000],
  ['<Play digits="w1W"/>', 500 + 200 + 1_000],
  ['<!-- nothing --><Pause length="2"/><Hangup/><Pause length="60"/>', 2_000],
  ['', 0],
])('plays %s in %i ms', async (inside, ms) => {
  await play(inside);
  expect(lasted()).toBe(ms);
  expect(rig.status()).toBe('completed');
});

it('tells what is spoken, in which language and voice', async () => {
  await play(
    '<Say language="sv-SE" voice="Polly.Elin-Neural">Tryck  på <prosody>fyrkant</prosody> &amp; vänta</Say>',
  );
  expect(rig.events).toContainEqual(
    expect.objectContaining({
      type: 'heard',
      text: 'Tryck på fyrkant & vänta',
      language: 'sv-SE',
      voice: 'Polly.Elin-Neural',
    }),
  );
});

it('skips an empty Say with warning 13520', async () => {
  await play('<Say></Say><Say>after</Say>');
  expect(rig.spoken()).toEqual(['after']);
  expect(rig.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 13520 }));
});

// 2.3: Redirect is POST by default and leaves the rest of the document.
it('follows a Redirect with POST and never returns', async () => {
  rig.answers('/second', '<Response><Say>second</Say></Response>');
  await play('<Redirect>second</Redirect><Say>never</Say>');
  expect(rig.to('/second')).toMatchObject([{ method: 'POST' }]);
  expect(rig.spoken()).toEqual(['second']);
});

it('ends an outbound call at Reject', async () => {
  await play('<Reject reason="busy"/><Say>never</Say>');
  expect([rig.status(), rig.spoken()]).toEqual(['completed', []]);
});

// 1.1: an inline document; relative addresses have nothing to be relative to (GATHER).
it('plays a document given inline, with absolute addresses', async () => {
  rig.answers('/second', '<Response><Say>second</Say></Response>');
  await rig.run({ Url: '', Twiml: `<Response><Redirect>${rig.at('/second')}</Redirect></Response>` });
  expect(rig.spoken()).toEqual(['second']);
  await rig.run({ Url: '', Twiml: '<Response><Redirect>second</Redirect></Response>' });
  expect(rig.spoken()).toEqual([expect.stringMatching(APOLOGY)]);
});

// 2.3 and 3.2: the error codes; without a fallback an apology and the end, with one the fallback document.
describe.each([
  ['text that is no XML', 12100, 'text/xml', 200, 'hello'],
  ['broken XML', 12100, 'text/xml', 200, '<Response><Say>hello</Response>'],
  ['nothing', 12100, 'text/xml', 200, ''],
  ['another root', 12200, 'text/xml', 200, '<Answer/>'],
  ['an unknown verb', 12200, 'text/xml', 200, '<Response><Sing/></Response>'],
  [
    'a verb that may not stand in Gather',
    12200,
    'text/xml',
    200,
    '<Response><Gather><Hangup/></Gather></Response>',
  ],
  ['a wrong content type', 12300, 'application/json', 200, '<Response/>'],
  ['more than 64 kB', 11750, 'text/xml', 200, `<Response><!--${'x'.repeat(65_536)}--></Response>`],
  ['HTTP 404', 11200, 'text/xml', 404, '<Response/>'],
  ['HTTP 500', 11200, 'text/xml', 500, '<Response/>'],
])('a document that is %s', (_what, code, type, status, body) => {
  beforeEach(() => {
    rig.answers('/answer', (_one, res) => void res.writeHead(status, { 'Content-Type': type }).end(body));
  });

  it(`is error ${code}: the person hears of it and the call ends`, async () => {
    await rig.run();
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'warning', code }));
    expect(rig.spoken()).toEqual([expect.stringMatching(APOLOGY)]);
    expect(rig.status()).toBe('completed');
  });

  it('leads to the fallback, which is told code and address', async () => {
    rig.answers('/fallback', '<Response><Say>one moment</Say></Response>');
    await rig.run({ FallbackUrl: rig.at('/fallback') });
    expect(rig.to('/fallback')[0]!.params).toMatchObject({
      ErrorCode: String(code),
      ErrorUrl: rig.at('/answer'),
    });
    expect(rig.spoken()).toEqual(['one moment']);
  });
});

it('apologises when the fallback fails too', async () => {
  rig.answers('/answer', 'no');
  rig.answers('/fallback', 'no');
  await rig.run({ FallbackUrl: rig.at('/fallback') });
  expect(rig.to('/fallback')).toHaveLength(1);
  expect(rig.spoken()).toEqual([expect.stringMatching(APOLOGY)]);
});

it.each(['text/xml; charset=utf-8', 'application/xml', 'text/html'])(
  'takes a document of type %s',
  async (type) => {
    rig.answers(
      '/answer',
      (_one, res) => void res.setHeader('Content-Type', type).end('<Response><Say>hi</Say></Response>'),
    );
    await rig.run();
    expect(rig.spoken()).toEqual(['hi']);
  },
);

// 3.2: redirects are followed with GET and without the fields; ten of them at most.
it('gives up on a document that redirects in circles', async () => {
  rig.answers('/answer', (_one, res) => void res.writeHead(302, { Location: '/answer' }).end());
  await rig.run();
  expect(rig.to('/answer')).toHaveLength(11);
  expect(rig.spoken()).toEqual([expect.stringMatching(APOLOGY)]);
});

// 1.1: TimeLimit ends the call, whatever plays.
it('ends the call at its time limit', async () => {
  rig.answers('/answer', '<Response><Say loop="0">on and on</Say></Response>');
  await rig.run({ TimeLimit: '30', StatusCallback: rig.at('/status') });
  expect(rig.to('/status')).toMatchObject([{ params: { CallStatus: 'completed', CallDuration: '30' } }]);
});

it('is idle as soon as the call is over, not only at its time limit', async () => {
  await play('<Pause length="3"/>');
  expect(rig.time.now()).toBe(rig.simulator.calls()[0]!.endedAt);
});

// 1.5: Url redirects a call in progress, and only such a call.
it('gives a call in progress another document', async () => {
  rig.time.pause();
  rig.answers('/answer', '<Response><Pause length="60"/><Say>never</Say></Response>');
  rig.answers('/other', '<Response><Say>something else</Say></Response>');
  const { sid } = await rig.place();
  await rig.time.advance(5_000);
  const response = await rig.rest(`/Calls/${sid}.json`, { Url: rig.at('/other') });
  expect(response.status).toBe(200);
  rig.time.resume();
  await rig.time.idle();
  expect(rig.spoken()).toEqual(['something else']);
});

// 1.1: SendDigits are played on answer; W is 1 s, w half.
it('plays SendDigits before the document', async () => {
  await play('<Say>hello</Say>', { SendDigits: 'Ww12#' });
  const { transcript, answeredAt } = rig.simulator.calls()[0]!;
  expect(transcript).toMatchObject([
    { at: answeredAt! + 1_500, who: 'caller', key: '1' },
    { at: answeredAt! + 1_700, key: '2' },
    { at: answeredAt! + 1_900, key: '#' },
    { at: answeredAt! + 2_100, text: 'hello' },
  ]);
});

it('plays SendDigits while the document plays when set so', async () => {
  await rig.stop();
  rig = await startRig({ defaultScript: presses(), settings: { digitsBeforeDocument: false } });
  await play('<Say>hello</Say><Pause length="3"/>', { SendDigits: 'W1' });
  expect(rig.simulator.calls()[0]!.transcript).toMatchObject([{ text: 'hello' }, { key: '1' }]);
});

it('counts the calls to each number', async () => {
  await rig.run();
  await rig.run();
  await rig.run({ To: '+442079460777' });
  expect(rig.simulator.createdPerNumber()).toEqual({ [TO]: 2, '+442079460777': 1 });
});
