import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allEvents, type Rig, START, startRig, TO } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ defaultScript: 'press-pound' });
  rig.answers('/answer', '<Response><Say>hello</Say></Response>');
});
afterEach(() => rig.stop());

const statuses = () => rig.to('/status').map(({ params }) => params.CallStatus);
const numbers = () => rig.to('/status').map(({ params }) => params.SequenceNumber);

// 3.1: event to CallStatus, SequenceNumber from 0, Timestamp in RFC 2822, durations and SIP answer at the end.
it('tells of every event it was asked for, numbered from 0', async () => {
  const call = await rig.run(allEvents(rig));
  expect(statuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
  expect(numbers()).toEqual(['0', '1', '2', '3']);
  const last = rig.to('/status').at(-1)!;
  expect(last.params).toMatchObject({
    CallSid: call.sid,
    AccountSid: call.account_sid,
    To: TO,
    Called: TO,
    Caller: call.from,
    Direction: 'outbound-api',
    ApiVersion: '2010-04-01',
    CallbackSource: 'call-progress-events',
    CallDuration: '0',
    Duration: '0',
    SipResponseCode: '200',
    Timestamp: new Date(START + last.at).toUTCString().replace('GMT', '+0000'),
  });
  expect(rig.to('/status')[0]!.params).not.toHaveProperty('CallDuration');
});

// 3.1: CallDuration counts seconds, Duration begun minutes.
it('gives the duration in seconds and in begun minutes', async () => {
  rig.answers('/answer', '<Response><Pause length="61"/></Response>');
  await rig.run({ StatusCallback: rig.at('/status') });
  expect(rig.to('/status')[0]!.params).toMatchObject({ CallDuration: '61', Duration: '2' });
});

// 1.1: no event named means only completed; 3.1: SequenceNumber is then 0.
it('tells only of the end unless asked for more, as number 0', async () => {
  await rig.run({ StatusCallback: rig.at('/status') });
  expect(statuses()).toEqual(['completed']);
  expect(numbers()).toEqual(['0']);
});

it('tells only of what was asked for', async () => {
  await rig.run({ StatusCallback: rig.at('/status'), StatusCallbackEvent: ['ringing', 'completed'] });
  expect(statuses()).toEqual(['ringing', 'completed']);
  expect(numbers()).toEqual(['0', '1']);
});

// 0 (9): a wrong event was seen to give 201 and then nothing (warning 21626).
it.each([['no-answer'], ['initiated ringing answered completed']])(
  'accepts the wrong event "%s" and stays silent',
  async (event) => {
    const call = await rig.run({ StatusCallback: rig.at('/status'), StatusCallbackEvent: [event] });
    expect(call.status).toBe('queued');
    expect(rig.status()).toBe('completed');
    expect(statuses()).toEqual([]);
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 21626 }));
  },
);

// 0 (7): a call cancelled while queued fires no status callback at all.
it('says nothing of a call that is cancelled while it is queued', async () => {
  rig.time.pause();
  const { sid } = await rig.place(allEvents(rig));
  await rig.rest(`/Calls/${sid}.json`, { Status: 'canceled' });
  rig.time.resume();
  await rig.time.idle();
  expect(rig.status()).toBe('canceled');
  expect(rig.received).toEqual([]);
});

it('tells of a call that is cancelled while it rings', async () => {
  rig.time.pause();
  const { sid } = await rig.place(allEvents(rig));
  await rig.time.advance(1_000);
  await rig.rest(`/Calls/${sid}.json`, { Status: 'canceled' });
  await rig.time.idle();
  expect(statuses()).toEqual(['initiated', 'ringing', 'canceled']);
});

// 1.1: method of the callback.
it('uses GET with the fields in the query when asked to', async () => {
  await rig.run({ StatusCallback: rig.at('/status?attempt=1'), StatusCallbackMethod: 'GET' });
  expect(rig.to('/status')).toMatchObject([
    { method: 'GET', query: { attempt: '1', CallStatus: 'completed' } },
  ]);
});

// 0 (8): callbacks may be lost, come twice and out of order; SequenceNumber tells.
describe('on demand', () => {
  it('loses a callback; its number is missing', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', event: 'ringing', do: 'lose' });
    await rig.run(allEvents(rig));
    expect(numbers()).toEqual(['0', '2', '3']);
  });

  it('doubles a callback: same number, same token', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', event: 'completed', do: 'double' });
    await rig.run(allEvents(rig));
    expect(numbers()).toEqual(['0', '1', '2', '3', '3']);
    const [first, second] = rig.to('/status').slice(-2);
    expect(second!.headers['i-twilio-idempotency-token']).toBe(first!.headers['i-twilio-idempotency-token']);
  });

  it('sends a callback after the next one', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', event: 'ringing', do: 'reorder' });
    await rig.run(allEvents(rig));
    expect(numbers()).toEqual(['0', '2', '1', '3']);
  });

  it('sends a held callback at the end of a call that hears of nothing else', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', do: 'reorder' });
    await rig.run({ StatusCallback: rig.at('/status'), StatusCallbackEvent: 'answered' });
    expect(statuses()).toEqual(['in-progress']);
  });

  it('delays a callback without holding up the others', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', event: 'ringing', do: 'delay', ms: 60_000 });
    await rig.run(allEvents(rig));
    expect(numbers()).toEqual(['0', '2', '3', '1']);
    expect(rig.to('/status').at(-1)!.at).toBeGreaterThan(60_000);
  });

  it('strikes only as often and only for the number it was asked for', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', do: 'lose', times: 1, to: TO });
    await rig.run({ ...allEvents(rig), To: '+442079460777' });
    expect(numbers()).toEqual(['0', '1', '2', '3']);
    await rig.run(allEvents(rig));
    expect(numbers()).toEqual(['0', '1', '2', '3', '1', '2', '3']);
  });

  it('forgets its faults when they are cleared', async () => {
    rig.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
    rig.simulator.faults.clear();
    await rig.run(allEvents(rig));
    expect(numbers()).toHaveLength(4);
  });
});
