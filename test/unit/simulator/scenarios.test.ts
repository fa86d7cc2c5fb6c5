import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCENARIO_NAMES } from '../../../src/simulator/scenarios.ts';
import { livedMs } from '../../support/own-time.ts';
import { allEvents, presses, type Rig, startRig, TO } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
  rig.answers('/answer', document);
  rig.answers('/digits', ({ params }) =>
    params.Digits === '#' ? '<Response><Say>thanks</Say></Response>' : document,
  );
});
afterEach(() => rig.stop());

/** What Poundkey will ask: any key at once, three times. */
const ask = '<Gather finishOnKey="" numDigits="1" action="/digits"><Say>press the pound key</Say></Gather>';
const document = `<Response>${ask}${ask}${ask}<Say>goodbye</Say></Response>`;

const keys = () => rig.to('/digits').map(({ params }) => params.Digits);
const ending = () => {
  const { CallStatus, SipResponseCode } = rig.to('/status').at(-1)!.params;
  return `${CallStatus} ${SipResponseCode}`;
};

// How each scenario ends: keys that reach the service, last status with SIP answer (3.1: 487 time-out, 404 unreachable).
const ENDINGS: Record<string, { keys: string[]; ending: string }> = {
  'press-pound': { keys: ['#'], ending: 'completed 200' },
  busy: { keys: [], ending: 'busy 486' },
  'no-answer': { keys: [], ending: 'no-answer 487' },
  voicemail: { keys: [], ending: 'completed 200' },
  'wrong-key': { keys: ['5', '7', '9'], ending: 'completed 200' },
  'wrong-then-pound': { keys: ['5', '#'], ending: 'completed 200' },
  fraud: { keys: ['0', '#'], ending: 'completed 200' },
  'hang-up': { keys: [], ending: 'completed 200' },
  silence: { keys: [], ending: 'completed 200' },
  unreachable: { keys: [], ending: 'failed 404' },
  landline: { keys: ['#'], ending: 'completed 200' },
  slow: { keys: ['#'], ending: 'completed 200' },
  'by-hand': { keys: [], ending: 'no-answer 487' },
  pbx: { keys: [], ending: 'completed 200' },
};

it.each(SCENARIO_NAMES)('plays the scenario %s to its ending', async (name) => {
  rig.simulator.desk.script(TO, name);
  await rig.run(allEvents(rig));
  expect({ keys: keys(), ending: ending() }).toEqual(ENDINGS[name]);
});

// Virtual time: 60 s of ringing cost nothing.
it('rings for 60 s of its own time and next to none of ours', async () => {
  rig.simulator.desk.script(TO, 'no-answer');
  expect(await livedMs(() => rig.run({ ...allEvents(rig), Timeout: '60' }))).toBeLessThan(5_000);
  const [, ringing, over] = rig.to('/status');
  expect(over!.at - ringing!.at).toBe(60_000);
  expect(over!.params).toMatchObject({ CallDuration: '0', Duration: '0', CallStatus: 'no-answer' });
});

it('gives up on a slow phone when Timeout is shorter', async () => {
  rig.simulator.desk.script(TO, 'slow');
  await rig.run({ ...allEvents(rig), Timeout: '15' });
  expect(ending()).toBe('no-answer 487');
});

it('tells no ringing of a phone that is busy or out of reach', async () => {
  for (const name of ['busy', 'unreachable'] as const) {
    rig.received.length = 0;
    rig.simulator.desk.script(TO, name);
    await rig.run(allEvents(rig));
    expect(rig.to('/status').map(({ params }) => params.CallStatus)).not.toContain('ringing');
  }
});

it('lets the person hang up at once', async () => {
  rig.simulator.desk.script(TO, {
    pickUp: { kind: 'answer', afterMs: 2_000, by: 'human' },
    reactions: [{ on: 'pickUp', afterMs: 0, hangUp: true }],
  });
  await rig.run(allEvents(rig));
  expect(rig.to('/status').at(-1)!.params).toMatchObject({ CallStatus: 'completed', CallDuration: '0' });
  expect(rig.events.at(-1)).toMatchObject({ type: 'webhookAnswered', kind: 'status' });
  expect(rig.events).toContainEqual(
    expect.objectContaining({ type: 'ended', by: 'callee', status: 'completed' }),
  );
});

it('reacts to each prompt once: the next reaction waits for a later prompt', async () => {
  rig.simulator.desk.script(TO, presses(['prompt', 100, '1'], ['prompt', 100, '2']));
  rig.answers('/answer', '<Response><Gather numDigits="2" action="/again"/></Response>');
  rig.answers('/again', '<Response><Gather numDigits="2" action="/digits"/></Response>');
  await rig.run();
  expect(rig.to('/again').map(({ params }) => params.Digits)).toEqual(['1']);
  expect(keys()).toEqual(['2']);
});

describe('a switchboard', () => {
  beforeEach(() => rig.simulator.desk.script(TO, 'pbx'));

  it('puts through whoever sends the extension; the person presses #', async () => {
    await rig.run({ SendDigits: 'ww1234' });
    expect(keys()).toEqual(['#']);
    // The person joins in the middle of the first prompt.
    expect(rig.spoken()).toEqual(['press the pound key', 'thanks']);
  });

  it('hangs up on a wrong extension', async () => {
    await rig.run({ ...allEvents(rig), SendDigits: 'ww9999' });
    expect(keys()).toEqual([]);
    expect(rig.to('/status').at(-1)!.params).toMatchObject({ CallStatus: 'completed', CallDuration: '15' });
  });
});

// 2.4: asynchronous detection: the document plays at once, the result is posted.
describe('machine detection', () => {
  const detect = { MachineDetection: 'Enable', AsyncAmd: 'true' };
  const callback = () => ({ ...detect, AsyncAmdStatusCallback: rig.at('/machine') });

  it.each([
    ['voicemail', 'machine_start'],
    ['silence', 'human'],
  ] as const)('finds %s to be %s', async (scenario, answeredBy) => {
    rig.simulator.desk.script(TO, scenario);
    const call = await rig.run(callback());
    expect(rig.to('/machine')).toHaveLength(1);
    expect(rig.to('/machine')[0]!.params).toEqual({
      CallSid: call.sid,
      AccountSid: call.account_sid,
      AnsweredBy: answeredBy,
      MachineDetectionDuration: '4000',
    });
    expect(rig.to('/machine')[0]!.at - rig.to('/answer')[0]!.at).toBe(4_000);
    expect(rig.simulator.calls()[0]!.answeredBy).toBe(answeredBy);
  });

  it('waits for the beep with DetectMessageEnd', async () => {
    rig.simulator.desk.script(TO, 'voicemail');
    await rig.run({ ...callback(), MachineDetection: 'DetectMessageEnd' });
    expect(rig.to('/machine')[0]!.params.AnsweredBy).toBe('machine_end_beep');
  });

  // 0 (10): SendDigits switches it off.
  it('is off when digits are sent', async () => {
    rig.simulator.desk.script(TO, 'voicemail');
    await rig.run({ ...callback(), SendDigits: '1' });
    expect(rig.to('/machine')).toEqual([]);
  });

  it('delays the document and tells it the result when it is not asynchronous', async () => {
    rig.simulator.desk.script(TO, 'voicemail');
    await rig.run({ ...callback(), AsyncAmd: 'false', ...allEvents(rig) });
    const answered = rig.to('/status').find(({ params }) => params.CallStatus === 'in-progress')!;
    expect(rig.to('/answer')[0]!.at - answered.at).toBe(4_000);
    expect(rig.to('/answer')[0]!.params.AnsweredBy).toBe('machine_start');
    expect(rig.to('/machine')).toEqual([]);
  });

  it('says nothing when the call ends before', async () => {
    rig.simulator.desk.script(TO, 'hang-up');
    await rig.run(callback());
    expect(rig.to('/answer')).toHaveLength(1);
    expect(rig.to('/machine')).toEqual([]);
  });

  // Warning 21262: nobody to tell.
  it('warns of asynchronous detection without an address', async () => {
    rig.simulator.desk.script(TO, 'voicemail');
    await rig.run(detect);
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 21262 }));
    expect(rig.simulator.calls()[0]!.answeredBy).toBe('machine_start');
  });

  it('can be lost, delayed and doubled on demand', async () => {
    rig.simulator.desk.script(TO, 'voicemail');
    rig.simulator.faults.webhooks({ kind: 'machine', do: 'lose', times: 1 });
    await rig.run(callback());
    expect(rig.to('/machine')).toHaveLength(0);
    rig.simulator.faults.webhooks({ kind: 'machine', do: 'double', times: 1 });
    await rig.run(callback());
    expect(rig.to('/machine')).toHaveLength(2);
    rig.simulator.faults.webhooks({ kind: 'machine', do: 'delay', ms: 90_000 });
    await rig.run(callback());
    expect(rig.to('/machine').at(-1)!.at).toBeGreaterThan(
      rig.simulator.calls().at(-1)!.endedAt! - rig.simulator.calls().at(-1)!.createdAt,
    );
  });
});
