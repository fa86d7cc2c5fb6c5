// What every provider's calls have to do, through the real adapter: placing, losing, finding and ending them, and how
// they are reported.
import { describe, expect, test } from 'vitest';
import { mayTryAnotherLine } from '../../src/providers/failover.ts';
import type { CallStatus } from '../../src/providers/port.ts';
import { FROM, openProvider, PROVIDERS, TO } from './provider-world.ts';

const since = new Date('2026-11-26T07:59:00Z');
const OTHER = '+46812345679';

describe.each(PROVIDERS)('calls of %s', (name) => {
  test('are placed with every option, and rung no longer than asked', async () => {
    const world = await openProvider(name);
    const sendDigits = { pauseBeforeS: 1, digits: '12', pauseAfterS: 0.5 };
    await world.run('no-answer', { detectMachine: true, sendDigits, ringTimeoutS: 25 });
    const [call] = world.simulator.calls();
    expect(call).toMatchObject({ to: TO, from: FROM, status: 'no-answer' });
    expect(call!.endedAt! - call!.createdAt).toBe(600 + 25_000);
  });

  test('report ringing and their end, and nothing else, in order', async () => {
    const world = await openProvider(name);
    const callId = await world.run('press-pound');
    expect(world.said('status').map(({ status, sequence }) => ({ status, sequence }))).toEqual([
      { status: 'ringing', sequence: 0 },
      { status: 'completed', sequence: 1 },
    ]);
    expect(world.said('status').every((each) => each.callId === callId)).toBe(true);
    expect(world.said('status').at(-1)).toMatchObject({ sipResponseCode: 200 });
  });

  test('that were placed though the answer was lost are found again, and their webhooks name them', async () => {
    const world = await openProvider(name);
    world.simulator.faults.next('create', 'acceptAndDrop');
    const result = await world.place('press-pound');
    expect(result).toMatchObject({ kind: 'unknown' });
    expect(mayTryAnotherLine(result)).toBe(false);
    const found = await world.provider.findCalls({ to: TO, from: FROM, since });
    expect(found).toHaveLength(1);
    await world.time.idle();
    expect(world.said('answer')).toMatchObject([{ callId: found[0]!.callId }]);
    expect(world.simulator.createdPerNumber()).toEqual({ [TO]: 1 });
  });

  test('are listed by both numbers and by time, oldest first', async () => {
    const world = await openProvider(name);
    const first = await world.run('busy');
    await world.run('busy', { to: OTHER });
    const second = await world.run('press-pound');
    const found = await world.provider.findCalls({ to: TO, from: FROM, since });
    expect(found.map(({ callId, status }) => [callId, status])).toEqual([
      [first, 'busy'],
      [second, 'completed'],
    ]);
    expect(await world.provider.findCalls({ to: TO, from: OTHER, since })).toEqual([]);
    const later = new Date(world.time.now() + 60_000);
    expect(await world.provider.findCalls({ to: TO, from: FROM, since: later })).toEqual([]);
  });

  test.each<[phone: 'busy' | 'no-answer' | 'unreachable', status: CallStatus, sip: number]>([
    ['busy', 'busy', 486],
    ['no-answer', 'noAnswer', 487],
    ['unreachable', 'failed', 404],
  ])('to a phone that is %s end as %s', async (phone, status, sip) => {
    const world = await openProvider(name);
    const callId = await world.run(phone);
    expect(world.said('status').at(-1)).toMatchObject({ status, sipResponseCode: sip });
    expect(await world.provider.fetchCall({ callId, lineNumber: FROM })).toMatchObject({ callId, status });
  });

  test('are ended by us while queued without any callback, and ending them again is fine', async () => {
    const world = await openProvider(name, { settings: { queueMs: 60_000 } });
    world.time.pause();
    const placed = await world.place('press-pound');
    const call = { callId: placed.kind === 'accepted' ? placed.callId : '', lineNumber: FROM };
    await world.provider.endCall(call);
    await world.provider.endCall(call);
    world.time.resume();
    await world.time.idle();
    expect(await world.provider.fetchCall(call)).toMatchObject({ status: 'canceled' });
    expect(world.heard).toEqual([]);
  });

  test('are ended by us while somebody is on the line', async () => {
    const world = await openProvider(name);
    world.time.pause();
    const placed = await world.place('silence');
    const call = { callId: placed.kind === 'accepted' ? placed.callId : '', lineNumber: FROM };
    await world.time.advance(8_000);
    expect(await world.provider.fetchCall(call)).toMatchObject({ status: 'inProgress' });
    await world.provider.endCall(call);
    world.time.resume();
    await world.time.idle();
    expect(world.said('status').at(-1)).toMatchObject({ status: 'completed' });
    expect(world.steps).toEqual(['ask']);
  });

  test('that nobody knows are nothing', async () => {
    const world = await openProvider(name);
    const call = { callId: 'b3877c40-da60-4998-90ad-000000000000', lineNumber: FROM };
    expect(await world.provider.fetchCall(call)).toBeNull();
    await expect(world.provider.endCall(call)).resolves.toBeUndefined();
  });

  test('are told of twice and out of order, and the sequence says how it was', async () => {
    const world = await openProvider(name);
    world.simulator.faults.webhooks({ kind: 'status', do: 'reorder', event: 'ringing' });
    world.simulator.faults.webhooks({ kind: 'status', do: 'double', event: 'completed' });
    await world.run('press-pound');
    const told = world.said('status').map(({ status, sequence }) => `${sequence} ${status}`);
    expect(told).toEqual(['1 completed', '1 completed', '0 ringing']);
  });

  test('report that they were answered in one word, in however many callbacks', async () => {
    const world = await openProvider(name);
    const { webhooks } = world.request();
    await world.rest([
      ['To', TO],
      ['From', FROM],
      ['Url', webhooks.answer],
      ['StatusCallback', webhooks.status],
      ['StatusCallbackEvent', 'answered'],
    ]);
    await world.time.idle();
    const statuses = world.said('status').map(({ status }) => status);
    expect(statuses).toEqual(name === 'twilio' ? ['inProgress'] : ['inProgress', 'inProgress']);
  });
});

describe.each(PROVIDERS)('a call that %s does not take', (name) => {
  test.each([
    [{ status: 400, code: 21211, message: '' }, 'refused', '21211', false],
    [{ status: 400, code: 21214, message: '' }, 'refused', '21214', true],
    [{ status: 400, code: 21210, message: '' }, 'refused', '21210', true],
    [{ status: 403, code: 20403, message: '' }, 'refused', '20403', true],
    [{ status: 429, code: 20429, message: '' }, 'tryLater', '20429', true],
    [{ status: 500, code: 20500, message: '' }, 'unknown', '20500', false],
  ])('is told by its code: %j', async (refuse, kind, errorCode, elsewhere) => {
    const world = await openProvider(name);
    world.simulator.faults.next('create', { refuse });
    const result = await world.place('press-pound');
    expect(result).toMatchObject({ kind, errorCode });
    expect(mayTryAnotherLine(result)).toBe(elsewhere);
  });

  test('because it takes no requests at the moment may be tried elsewhere', async () => {
    const world = await openProvider(name);
    world.simulator.faults.next('create', 'tooManyRequests');
    expect(await world.place('press-pound')).toMatchObject({ kind: 'tryLater', errorCode: '20429' });
  });

  test('because the credentials are wrong may be tried elsewhere', async () => {
    const world = await openProvider(name);
    const stranger = world.connect({ authToken: 'wrong-token' });
    const result = await stranger.placeCall(world.request());
    expect(result).toMatchObject({ kind: 'refused', outcome: 'providerError', errorCode: '20003' });
    expect(mayTryAnotherLine(result)).toBe(true);
    expect(await stranger.checkAccess()).toMatchObject({ access: 'refused', errorCode: '20003' });
    expect(await world.provider.checkAccess()).toEqual({ access: 'granted' });
  });

  test('because nobody is there, before anything was sent, may be tried elsewhere', async () => {
    const world = await openProvider(name);
    await world.simulator.stop();
    const result = await world.provider.placeCall(world.request());
    expect(result).toMatchObject({ kind: 'tryLater', errorCode: 'ECONNREFUSED' });
    expect(mayTryAnotherLine(result)).toBe(true);
  });

  test('because it is too dear is blocked, and tried nowhere else', async () => {
    const world = await openProvider(name, { settings: { pricePerMinute: 2 } });
    const result = await world.connect({ maxPricePerMinute: 0.5 }).placeCall(world.request());
    expect(result).toMatchObject({ kind: 'refused', outcome: 'blocked', errorCode: '30010' });
    expect(mayTryAnotherLine(result)).toBe(false);
  });
});
