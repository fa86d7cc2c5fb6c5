import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Faults } from '../../../src/simulator/faults.ts';
import { allEvents, presses, type Rig, startRig, TO } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ defaultScript: presses() });
});
afterEach(() => rig.stop());

const create = (to = TO) =>
  rig.rest('/Calls.json', { To: to, From: '+442079460999', Url: rig.at('/answer') });
const created = () => rig.simulator.calls().length;
const next = (...args: Parameters<Faults['next']>) => rig.simulator.faults.next(...args);

// design.md, 2: the answer of the network is lost, with and without a call behind it.
describe('of a create', () => {
  it('accepts the call and drops the answer', async () => {
    next('create', 'acceptAndDrop');
    await expect(create()).rejects.toThrow();
    await rig.time.idle();
    expect([created(), rig.status()]).toEqual([1, 'completed']);
    expect((await create()).status).toBe(201);
  });

  it('drops the request without a call', async () => {
    next('create', 'drop');
    await expect(create()).rejects.toThrow();
    expect(created()).toBe(0);
  });

  it('accepts the call and answers only when released; the call goes on meanwhile', async () => {
    next('create', 'acceptAndHold');
    let answered = false;
    const response = create().finally(() => {
      answered = true;
    });
    while (created() === 0) await new Promise((turn) => setImmediate(turn));
    await rig.time.idle();
    expect([rig.status(), answered]).toEqual(['completed', false]);
    rig.simulator.faults.release();
    expect((await response).status).toBe(201);
  });

  it('answers late: after the webhooks of the call', async () => {
    next('create', { lateMs: 120_000 });
    const response = await create();
    expect(response.status).toBe(201);
    expect(rig.to('/answer')).toHaveLength(1);
    expect(((await response.json()) as { status: string }).status).toBe('queued');
    expect(rig.time.now() - rig.simulator.calls()[0]!.createdAt).toBeGreaterThanOrEqual(120_000);
  });

  it.each([
    ['tooManyRequests', 429, 20429],
    ['serverError', 500, 20500],
    ['unavailable', 503, 20503],
  ] as const)('answers %s with %i and %i, without a call', async (fault, status, code) => {
    next('create', fault);
    const response = await create();
    expect([response.status, await response.json()]).toMatchObject([status, { code, status }]);
    expect(created()).toBe(0);
  });

  it('answers HTML instead of JSON', async () => {
    next('create', 'html');
    const response = await create();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      502,
      'text/html; charset=utf-8',
    ]);
    expect(await response.text()).toContain('<html>');
    expect(created()).toBe(0);
  });

  it('refuses with any error in the shape of the network', async () => {
    next('create', { refuse: { status: 400, code: 21215, message: 'Account not authorized to call' } });
    const response = await create();
    expect(await response.json()).toMatchObject({
      code: 21215,
      status: 400,
      message: 'Account not authorized to call',
    });
  });

  it('strikes as often as asked, only for the number asked for, and not after clear()', async () => {
    next('create', 'unavailable', { times: 2, to: TO });
    const statuses = [];
    for (const to of ['+442079460777', TO, TO, TO]) statuses.push((await create(to)).status);
    expect(statuses).toEqual([201, 503, 503, 201]);
    next('create', 'unavailable');
    rig.simulator.faults.clear();
    expect((await create()).status).toBe(201);
  });
});

it.each([
  ['fetch', (sid: string) => rig.rest(`/Calls/${sid}.json`)],
  ['list', () => rig.rest(`/Calls.json?To=${encodeURIComponent(TO)}`)],
  ['update', (sid: string) => rig.rest(`/Calls/${sid}.json`, { Status: 'completed' })],
] as const)('of a %s strike that request only', async (operation, request) => {
  rig.time.pause();
  const { sid } = (await (await create()).json()) as { sid: string };
  next(operation, 'serverError', { to: TO });
  expect((await request(sid)).status).toBe(500);
  next(operation, 'acceptAndDrop', { to: '+442079460777' });
  expect((await request(sid)).status).toBe(200);
});

// design.md: webhooks lost, doubled, delayed, by kind; status callbacks are in status-callbacks.test.ts.
describe('of the requests for documents', () => {
  beforeEach(() => {
    rig.simulator.desk.script(TO, presses(['promptEnd', 100, '5']));
    rig.answers('/answer', '<Response><Gather numDigits="1" action="/digits"/></Response>');
    rig.answers('/digits', '<Response><Say>thanks</Say></Response>');
  });

  it('lose the first one: the fallback is asked, with 11205', async () => {
    rig.simulator.faults.webhooks({ kind: 'answer', do: 'lose' });
    await rig.run({ FallbackUrl: rig.at('/fallback') });
    expect(rig.to('/answer')).toEqual([]);
    expect(rig.to('/fallback')).toMatchObject([
      { params: { ErrorCode: '11205', ErrorUrl: rig.at('/answer') } },
    ]);
  });

  it('lose the digits: the call ends with an apology', async () => {
    rig.simulator.faults.webhooks({ kind: 'digits', do: 'lose' });
    await rig.run();
    expect(rig.to('/digits')).toEqual([]);
    expect(rig.spoken()).toEqual([expect.stringContaining('application error')]);
  });

  it('double the digits, with the same token', async () => {
    rig.simulator.faults.webhooks({ kind: 'digits', do: 'double' });
    await rig.run();
    const tokens = rig.to('/digits').map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens).toEqual([tokens[0], tokens[0]]);
    expect(rig.spoken()).toEqual(['thanks']);
  });

  it('delay the digits: the call waits for the document', async () => {
    rig.simulator.faults.webhooks({ kind: 'digits', do: 'delay', ms: 9_000 });
    await rig.run(allEvents(rig));
    const key = rig.simulator.calls()[0]!.transcript[0]!;
    const sent = rig.events.find((event) => event.type === 'webhookSent' && event.kind === 'digits')!;
    expect(sent.at - key.at).toBe(9_000);
    expect(rig.spoken()).toEqual(['thanks']);
  });
});

describe('one fault among others', () => {
  it('can be removed, and tells each time that it strikes', async () => {
    let hits = 0;
    const remove = rig.simulator.faults.next('create', 'unavailable', { times: 9 }, () => {
      hits += 1;
    });
    next('list', 'serverError');
    expect([(await create()).status, (await create()).status, hits]).toEqual([503, 503, 2]);
    remove();
    expect([(await create()).status, hits]).toEqual([201, 2]);
    expect((await rig.rest('/Calls.json')).status).toBe(500);
  });

  it('of webhooks likewise', async () => {
    let hits = 0;
    const remove = rig.simulator.faults.webhooks({ kind: 'answer', do: 'double' }, () => {
      hits += 1;
    });
    await rig.run();
    expect([rig.to('/answer').length, hits]).toEqual([2, 1]);
    remove();
    await rig.run();
    expect([rig.to('/answer').length, hits]).toEqual([3, 1]);
  });
});
