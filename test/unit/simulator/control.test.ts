import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDesk } from '../../../src/simulator/desk.ts';
import { SCENARIO_NAMES } from '../../../src/simulator/scenarios.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { realTime } from '../../../src/simulator/time.ts';
import { ACCOUNT, allEvents, presses, type Rig, startRig, TO, TOKEN } from './rig.ts';

let rig: Rig;
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  rig = await startRig({
    log: { info: (fields, message) => lines.push(`${message} ${JSON.stringify(fields)}`) },
  });
});
afterEach(() => rig.stop());

const put = (number: string, body: string, type = 'application/json') =>
  fetch(`${rig.simulator.url}/desk-phones/${number}`, {
    method: 'PUT',
    body,
    headers: { 'Content-Type': type },
  });
const get = async (path: string) =>
  (await (await fetch(rig.simulator.url + path)).json()) as Record<string, unknown>;

describe('over HTTP', () => {
  it('gives a phone a scenario, shows it and plays it', async () => {
    const response = await put(TO, '{"scenario":"busy"}');
    expect([response.status, await response.json()]).toMatchObject([200, { number: TO, scenario: 'busy' }]);
    expect(await get('/desk-phones')).toMatchObject({
      phones: [{ number: TO, scenario: 'busy' }],
      scenarios: SCENARIO_NAMES,
    });
    await rig.run();
    expect(rig.status()).toBe('busy');
  });

  it('gives a phone a script of its own', async () => {
    const script = presses(['promptEnd', 100, '5']);
    const response = await put(TO, JSON.stringify({ script }));
    expect(await response.json()).toEqual({ number: TO, scenario: null, script });
  });

  it('shows what was said and pressed in every call', async () => {
    rig.simulator.desk.script(TO, presses(['promptEnd', 100, '#']));
    rig.answers('/answer', '<Response><Gather><Say>press</Say></Gather></Response>');
    await rig.run();
    expect(await get('/calls')).toMatchObject({
      calls: [
        {
          to: TO,
          status: 'completed',
          transcript: [
            { who: 'caller', text: 'press' },
            { who: 'callee', key: '#' },
          ],
        },
      ],
      createdPerNumber: { [TO]: 1 },
    });
  });

  it.each([
    ['a scenario nobody knows', TO, '{"scenario":"dance"}', 'press-pound, busy'],
    ['neither scenario nor script', TO, '{}', 'press-pound, busy'],
    ['a script that is none', TO, '{"script":{"pickUp":{"kind":"answer"}}}', 'afterMs'],
    ['a reaction that does two things', TO, JSON.stringify({ script: twice() }), 'either press or hangUp'],
    ['a number that is none', '12', '{"scenario":"busy"}', 'E.164'],
    ['no JSON', TO, '{', 'JSON'],
  ])('refuses %s with a problem that says what is allowed', async (_what, number, body, hint) => {
    const response = await put(number, body);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await response.json()).toMatchObject({ status: 400, detail: expect.stringContaining(hint) });
    expect(rig.simulator.desk.phones()).toEqual([]);
  });

  it('refuses another content type with a hint', async () => {
    const response = await put(TO, 'scenario=busy', 'application/x-www-form-urlencoded');
    expect(await response.json()).toMatchObject({
      status: 400,
      detail: expect.stringContaining('application/json'),
    });
  });
});

it('follows the default script for a number nobody scripted', async () => {
  expect(createDesk('silence').scriptFor(TO)).toEqual(createDesk('silence').scriptFor('+442079460777'));
  expect(() => createDesk('dance' as never)).toThrow('Allowed: press-pound');
});

it('tells events in order with the instant of the simulator', async () => {
  rig.simulator.desk.script(TO, presses(['promptEnd', 100, '#']));
  rig.answers('/answer', '<Response><Gather><Say>press</Say></Gather></Response>');
  const call = await rig.run({ StatusCallback: rig.at('/status') });
  expect(rig.events.map(({ type }) => type)).toEqual([
    ...['created', 'status', 'status', 'status', 'status'],
    ...['webhookSent', 'webhookAnswered', 'heard', 'key'],
    ...['status', 'ended', 'webhookSent', 'webhookAnswered'],
  ]);
  expect(rig.events.every((event) => event.sid === call.sid && event.to === TO)).toBe(true);
  expect(rig.events.map(({ at }) => at)).toEqual(rig.events.map(({ at }) => at).sort((a, b) => a - b));
});

it('tells nothing any more to a listener that left', async () => {
  const heard: string[] = [];
  rig.simulator.on((event) => heard.push(event.type))();
  await rig.run();
  expect(heard).toEqual([]);
});

// design.md, 5: no secret and no whole number in a log line.
it('logs neither numbers nor keys, texts, addresses or secrets', async () => {
  rig.simulator.desk.script(TO, presses(['promptEnd', 100, '4711']));
  rig.answers('/answer', '<Response><Gather><Say>the code</Say></Gather></Response>');
  await rig.run(allEvents(rig));
  const log = lines.join('\n');
  expect(log).toContain('simulator: ended');
  for (const secret of [TO, '9460', '4711', 'the code', TOKEN, 'http', '"key":'])
    expect(log).not.toContain(secret);
});

describe('stop', () => {
  it('leaves nothing running: ringing calls, held and late answers, webhooks under way', async () => {
    const time = realTime();
    const simulator = createSimulator({
      accountSid: ACCOUNT,
      authToken: TOKEN,
      time,
      settings: { queueMs: 0, setupMs: 0 },
    });
    await simulator.start();
    simulator.desk.script(TO, presses());
    rig.answers('/answer', () => undefined);
    const place = (form = {}) =>
      fetch(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT}/Calls.json`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}` },
        body: new URLSearchParams({ To: TO, From: '+442079460999', Url: rig.at('/answer'), ...form }),
      });
    await place();
    await place({ To: '+442079460777' });
    simulator.faults.next('create', 'acceptAndHold');
    const held = place().catch(() => 'broken off');
    while (rig.to('/answer').length < 2) await new Promise((turn) => setImmediate(turn));
    simulator.faults.next('create', { lateMs: 600_000 });
    const late = place({ To: '+442079460777' }).catch(() => 'broken off');
    while (simulator.calls().length < 4) await new Promise((turn) => setImmediate(turn));
    await simulator.stop();
    await time.idle();
    expect(await late).toBe('broken off');
    expect(await held).toBe('broken off');
    expect(() => simulator.url).toThrow('not listening');
    expect(simulator.calls().map(({ status }) => status)).toEqual([
      ...['in-progress', 'ringing', 'in-progress'],
      expect.stringMatching(/queued|ringing/),
    ]);
    await simulator.stop();
  });

  it('rejects a port that is taken', async () => {
    const port = Number(new URL(rig.simulator.url).port);
    const second = createSimulator({ accountSid: ACCOUNT, authToken: TOKEN, time: realTime(), port });
    await expect(second.start()).rejects.toThrow('EADDRINUSE');
    await second.stop();
  });
});

function twice() {
  return { ...presses(), reactions: [{ on: 'prompt', afterMs: 0, press: '1', hangUp: true }] };
}
