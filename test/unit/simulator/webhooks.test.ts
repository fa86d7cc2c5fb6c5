import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allEvents, presses, type Received, type Rig, startRig, TO, TOKEN } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.stop());

const isSigned = (one: Received) =>
  validateRequest(TOKEN, String(one.headers['x-twilio-signature']), one.url, one.params);

// 4: address with its query, then the sorted fields; the fragment is not signed (0, 11).
it('signs every webhook so that the twilio library accepts it', async () => {
  const gather = '<Gather numDigits="1" action="digits?s=1&amp;q=%20%27#rc=2"/>';
  rig.answers('/answer', `<Response>${gather}</Response>`);
  rig.answers('/digits', `<Response><Redirect method="GET">/more?z=å</Redirect></Response>`);
  rig.simulator.desk.script(TO, presses(['promptEnd', 100, '5']));
  await rig.run({ ...allEvents(rig), Url: rig.at('/answer?attempt=a%20b#rc=3&rp=all') });
  expect(rig.received.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/answer', '/digits', '/more', '/status']),
  );
  for (const one of rig.received) expect([one.path, isSigned(one)]).toEqual([one.path, true]);
  const tampered = { ...rig.received[0]!, params: { ...rig.received[0]!.params, CallStatus: 'busy' } };
  expect(isSigned(tampered)).toBe(false);
});

// 0 (12): credentials are sent, not signed.
it('signs the address without its credentials', async () => {
  await rig.run({ Url: rig.at('/answer').replace('http://', 'http://user:word@') });
  const [answer] = rig.to('/answer');
  expect(answer!.headers.authorization).toBe(`Basic ${Buffer.from('user:word').toString('base64')}`);
  expect(isSigned(answer!)).toBe(true);
});

// 3.1 and 3.2: parameters of the first document, form encoding, user agent.
it('asks for the first document with the standard fields', async () => {
  const call = await rig.run();
  const [answer] = rig.to('/answer');
  expect(answer!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  expect(answer!.headers['user-agent']).toBe('TwilioProxy/1.1');
  expect(answer!.params).toMatchObject({
    CallSid: call.sid,
    AccountSid: call.account_sid,
    CallStatus: 'in-progress',
    Direction: 'outbound-api',
    From: call.from,
    To: TO,
    Caller: call.from,
    Called: TO,
    ApiVersion: '2010-04-01',
    FromCity: '',
    CalledCountry: '',
  });
});

// 3.2: one retry, after a failed connection only, unless the fragment says otherwise; the token stays the same.
describe('retries', () => {
  const tokens = () => rig.to('/answer').map(({ headers }) => headers['i-twilio-idempotency-token']);
  const failing = (status: number) => rig.answers('/answer', (_one, res) => void res.writeHead(status).end());
  const attempts = () => rig.events.filter((event) => event.type === 'webhookSent').length;

  it('sends nothing again after a 500 by default', async () => {
    failing(500);
    await rig.run();
    expect(rig.to('/answer')).toHaveLength(1);
  });

  it.each([
    ['#rc=2&rp=5xx', 500, 3],
    ['#rc=2&rp=5xx', 404, 1],
    ['#rc=1&rp=4xx', 404, 2],
    ['#rp=all', 503, 2],
    ['#rc=5&rp=ct', 500, 1],
    ['#rc=99&rp=5xx', 500, 2],
  ])('with %s a %i is asked for %i times', async (fragment, status, times) => {
    failing(status);
    await rig.run({ Url: rig.at(`/answer${fragment}`) });
    expect(rig.to('/answer')).toHaveLength(times);
  });

  it('carries the same token and the same fields in every attempt, and a new token for another webhook', async () => {
    failing(500);
    await rig.run({ Url: rig.at('/answer#rc=3&rp=5xx'), StatusCallback: rig.at('/status') });
    expect(new Set(tokens()).size).toBe(1);
    expect(new Set(rig.to('/answer').map(({ params }) => JSON.stringify(params))).size).toBe(1);
    expect(rig.to('/status')[0]!.headers['i-twilio-idempotency-token']).not.toBe(tokens()[0]);
  });

  it('tries a failed connection twice by default', async () => {
    await rig.run({ Url: await closedAddress() });
    expect(attempts()).toBe(2);
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 11205 }));
  });

  it('tries a failed connection once with rc=0', async () => {
    await rig.run({ Url: `${await closedAddress()}#rc=0` });
    expect(attempts()).toBe(1);
  });

  it('repeats a request that is not answered in time only with rp=rt', async () => {
    let asked = 0;
    rig.answers('/answer', () => (++asked === 1 ? undefined : '<Response><Say>at last</Say></Response>'));
    await rig.run({ Url: rig.at('/answer#rt=100&rc=1&rp=rt') });
    expect(asked).toBe(2);
    expect(rig.spoken()).toEqual(['at last']);
  });

  it('gives up after tt milliseconds, whatever rc says', async () => {
    rig.answers('/answer', () => undefined);
    await rig.run({ Url: rig.at('/answer#tt=150&rt=100&rc=5&rp=rt') });
    expect(rig.to('/answer')).toHaveLength(2);
    expect(rig.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 11200 }));
  });

  it('repeats nothing after half an answer', async () => {
    rig.answers('/answer', (_one, res) => {
      res.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': '100' });
      res.write('<Response>');
      return undefined;
    });
    await rig.run({ Url: rig.at('/answer#rt=100&rc=5&rp=all') });
    expect(rig.to('/answer')).toHaveLength(1);
  });
});

// 3.2: while the service thinks, nothing happens to the call.
it('lets the time stand still while a webhook is being answered', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.answers('/answer', (_one, res) => {
    promise.then(() => res.setHeader('Content-Type', 'text/xml').end('<Response/>'));
    return undefined;
  });
  await rig.place({ TimeLimit: '1' });
  const answered = () => rig.to('/answer').length;
  while (answered() === 0) await new Promise((turn) => setImmediate(turn));
  const before = rig.time.now();
  for (let turn = 0; turn < 50; turn++) await new Promise((next) => setImmediate(next));
  expect(rig.time.now()).toBe(before);
  resolve();
  await rig.time.idle();
  expect(rig.status()).toBe('completed');
});

/** An address where nobody listens. */
async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/answer`;
}
