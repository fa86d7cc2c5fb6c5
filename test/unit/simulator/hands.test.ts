// Phones that a person operates by hand.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allEvents, type Rig, startRig, TO } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
  rig.time.pause();
});
afterEach(() => rig.stop());

const GATHER =
  '<Response><Gather finishOnKey="" numDigits="1" action="/digits"><Say>press the pound key</Say></Gather></Response>';
const act = (action: object) =>
  fetch(`${rig.simulator.url}/desk-phones/${TO}/hand`, {
    method: 'POST',
    body: JSON.stringify(action),
    headers: { 'Content-Type': 'application/json' },
  });

/** Places a call to a phone operated by hand and lets it ring. */
async function ringing(form: Record<string, string | string[]> = {}) {
  rig.simulator.desk.script(TO, 'by-hand');
  await rig.place({ ...allEvents(rig), ...form });
  await rig.time.advance(700);
}

describe('a phone operated by hand', () => {
  it('rings until somebody answers, and presses what they press, when they press it', async () => {
    rig.answers('/answer', GATHER);
    await ringing();
    await rig.time.advance(9_300);
    expect(rig.status()).toBe('ringing');
    expect((await act({ do: 'answer' })).status).toBe(204);
    await rig.time.advance(0);
    expect(rig.status()).toBe('in-progress');
    await rig.time.advance(500);
    expect((await act({ do: 'press', key: '#' })).status).toBe(204);
    await rig.time.advance(0);
    expect(rig.to('/digits').map(({ at, params }) => [at, params.Digits])).toEqual([[10_500, '#']]);
  });

  it.each([
    ['reject', 'busy'],
    ['answer', 'in-progress'],
    ['toVoicemail', 'in-progress'],
  ])('"%s" makes the call %s', async (action, status) => {
    rig.answers('/answer', '<Response><Pause length="60"/></Response>');
    await ringing();
    await act({ do: action });
    await rig.time.advance(100);
    expect(rig.status()).toBe(status);
  });

  it('a call that goes to voicemail is answered by a machine', async () => {
    rig.answers('/answer', '<Response><Pause length="60"/></Response>');
    await ringing({
      MachineDetection: 'Enable',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: rig.at('/machine'),
    });
    await act({ do: 'toVoicemail' });
    await rig.time.advance(5_000);
    expect(rig.to('/machine').map(({ params }) => params.AnsweredBy)).toEqual(['machine_start']);
  });

  it('rings out when nobody does anything', async () => {
    await ringing({ Timeout: '20' });
    await rig.time.advance(20_000);
    expect(rig.status()).toBe('no-answer');
    expect((await act({ do: 'answer' })).status).toBe(400);
  });

  it('ends the call when the person hangs up', async () => {
    rig.answers('/answer', '<Response><Pause length="60"/></Response>');
    await ringing();
    await act({ do: 'answer' });
    await rig.time.advance(3_000);
    await act({ do: 'hangUp' });
    await rig.time.advance(0);
    expect(rig.status()).toBe('completed');
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'ended', by: 'callee' }));
  });

  it('is in use for a second call', async () => {
    await ringing();
    await rig.place();
    await rig.time.advance(700);
    expect(rig.simulator.calls().map(({ status }) => status)).toEqual(['ringing', 'busy']);
  });

  it('forgets a call that the caller ended, and rings for the next', async () => {
    await ringing();
    const [call] = rig.simulator.calls();
    await rig.rest(`/Calls/${call?.sid}.json`, { Status: 'canceled' });
    await rig.place();
    await rig.time.advance(700);
    expect(rig.simulator.calls().map(({ status }) => status)).toEqual(['canceled', 'ringing']);
  });

  it.each([
    [{ do: 'answer' }, 'This phone does not ring.'],
    [{ do: 'press', key: '#' }, 'This phone is in no call.'],
    [{ do: 'press', key: '12' }, 'Send JSON with'],
    [{ do: 'dance' }, 'Send JSON with'],
  ])('refuses %j with the reason when there is no call', async (action, reason) => {
    const response = await act(action);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { detail: string }).detail).toContain(reason);
  });
});

describe('behind a switchboard', () => {
  const BEHIND = {
    pickUp: { kind: 'answer' as const, afterMs: 1_000, by: 'machine' as const },
    switchboard: { extension: '1234', transferMs: 500, patienceMs: 15_000, byHand: true as const },
    reactions: [],
  };
  const rang = () => rig.events.flatMap((event) => (event.type === 'handset' ? [event.what] : []));

  async function called(sendDigits: string) {
    rig.answers('/answer', '<Response><Pause length="60"/></Response>');
    rig.simulator.desk.script(TO, BEHIND);
    await rig.place({ SendDigits: sendDigits });
    await rig.time.advance(5_000);
  }

  it('the phone rings only after the right tones', async () => {
    await called('ww1234');
    expect([rig.status(), rang()]).toEqual(['in-progress', ['rings']]);
    await act({ do: 'answer' });
    await rig.time.advance(0);
    expect(rang()).toEqual(['rings', 'answered']);
  });

  it('after other tones it does not ring, and the switchboard hangs up', async () => {
    await called('ww9999');
    await rig.time.advance(15_000);
    expect([rig.status(), rang()]).toEqual(['completed', []]);
  });

  it.each(['reject', 'nothing'])('"%s" makes the switchboard hang up', async (action) => {
    await called('ww1234');
    if (action !== 'nothing') await act({ do: action });
    await rig.time.advance(action === 'nothing' ? 15_000 : 0);
    expect(rig.status()).toBe('completed');
  });
});
