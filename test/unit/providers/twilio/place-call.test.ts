import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ACCOUNT,
  CALL,
  CALLS_PATH,
  callBody,
  closeNetwork,
  FROM,
  network,
  openNetwork,
  REQUEST,
  TO,
  TOKEN,
  TWILIO,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

/** Lets one call request through and keeps what was sent, as it was sent. */
function expectCall(base = TWILIO, path = CALLS_PATH): { body: string; headers: Headers } {
  const sent = { body: '', headers: new Headers() };
  nock(base)
    .post(path)
    .reply(async (request: Request) => {
      Object.assign(sent, { body: await request.text(), headers: request.headers });
      return [201, callBody()];
    });
  return sent;
}

function fieldsOf(sent: { body: string }): [string, string][] {
  return [...new URLSearchParams(sent.body)].sort(([a], [b]) => a.localeCompare(b));
}

function basicAuth(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

describe('the request for a call', () => {
  test('carries the numbers, the webhooks and the limits, each status event on its own', async () => {
    const sent = expectCall();

    expect(await network().placeCall(REQUEST)).toEqual({ kind: 'accepted', callId: CALL, status: 'queued' });

    expect(sent.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(fieldsOf(sent)).toEqual([
      ['FallbackMethod', 'POST'],
      ['FallbackUrl', 'https://pound.example/calls/attempt-1/fallback'],
      ['From', FROM],
      ['Method', 'POST'],
      ['StatusCallback', 'https://pound.example/calls/attempt-1/status#rc=3&rp=all'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'completed'],
      ['StatusCallbackMethod', 'POST'],
      ['TimeLimit', '180'],
      ['Timeout', '40'],
      ['To', TO],
      ['Url', 'https://pound.example/calls/attempt-1/answer'],
    ]);
  });

  test('asks for machine detection in the background only where it is wanted', async () => {
    const sent = expectCall();
    await network().placeCall({ ...REQUEST, detectMachine: true });

    const fields = Object.fromEntries(fieldsOf(sent));
    expect(fields).toMatchObject({
      MachineDetection: 'Enable',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://pound.example/calls/attempt-1/machine#rc=3&rp=all',
      AsyncAmdStatusCallbackMethod: 'POST',
    });
  });

  test.each([
    [{ pauseBeforeS: 1, digits: '1234', pauseAfterS: 1 }, 'ww1234ww'],
    [{ pauseBeforeS: 0, digits: '007', pauseAfterS: 0 }, '007'],
    [{ pauseBeforeS: 2.5, digits: '1', pauseAfterS: 0.5 }, 'wwwww1w'],
    [{ pauseBeforeS: 8, digits: '12345678901', pauseAfterS: 2.5 }, `${'w'.repeat(16)}12345678901wwwww`],
  ])('has %j dialed as %s, at most 32 characters', async (sendDigits, tones) => {
    const sent = expectCall();
    await network().placeCall({ ...REQUEST, sendDigits });
    expect(fieldsOf(sent).filter(([name]) => name === 'SendDigits')).toEqual([['SendDigits', tones]]);
    expect(tones.length).toBeLessThanOrEqual(32);
  });

  test('asks for no machine detection where digits are sent, since it would be ignored', async () => {
    const sent = expectCall();
    const sendDigits = { pauseBeforeS: 1, digits: '12', pauseAfterS: 1 };
    await network().placeCall({ ...REQUEST, detectMachine: true, sendDigits });
    expect(sent.body).not.toMatch(/Machine|Amd/);
  });

  test('keeps a webhook address with a query in one piece', async () => {
    const sent = expectCall();
    const answer = 'https://pound.example/answer?attempt=1&step=2+3';
    await network().placeCall({ ...REQUEST, webhooks: { ...REQUEST.webhooks, answer } });
    expect(Object.fromEntries(fieldsOf(sent)).Url).toBe(answer);
  });

  test('is signed with the account and its token', async () => {
    const sent = expectCall();
    await network().placeCall(REQUEST);
    expect(sent.headers.get('authorization')).toBe(basicAuth(ACCOUNT, TOKEN));
  });

  test('is signed with the API key where there is one, for the same account', async () => {
    const sent = expectCall();
    await network({ apiKey: { sid: `SK${'2c'.repeat(16)}`, secret: 'key-secret' } }).placeCall(REQUEST);
    expect(sent.headers.get('authorization')).toBe(basicAuth(`SK${'2c'.repeat(16)}`, 'key-secret'));
  });

  test.each([
    ['http://127.0.0.1:4010', CALLS_PATH],
    ['http://localhost:4010/', CALLS_PATH],
    ['https://api.dublin.ie1.twilio.com', CALLS_PATH],
    ['https://phones.eu.staging.example/twilio', `/twilio${CALLS_PATH}`],
  ])('goes to %s where that is the base URL', async (apiBaseUrl, path) => {
    expectCall(new URL(apiBaseUrl).origin, path);
    expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toMatchObject({ kind: 'accepted' });
  });

  test('is not led elsewhere by TWILIO_EDGE and TWILIO_REGION', async () => {
    vi.stubEnv('TWILIO_EDGE', 'dublin');
    vi.stubEnv('TWILIO_REGION', 'ie1');
    expectCall();
    const result = await network().placeCall(REQUEST);
    vi.unstubAllEnvs();
    expect(result).toMatchObject({ kind: 'accepted' });
  });
});

describe('what cannot work', () => {
  test('refuses a base URL whose host the package would shorten', () => {
    expect(() => network({ apiBaseUrl: 'https://twilio.staging.eu.phones.example.org' })).toThrow(
      'too many parts',
    );
  });

  test('refuses an account that is none', () => {
    expect(() => network({ accountSid: 'XX' })).toThrow('accountSid must start with AC');
  });
});

describe('the answer to a request for a call', () => {
  test.each([200, 201, 202])('is a call with status %i and a name', async (status) => {
    nock(TWILIO)
      .post(CALLS_PATH)
      .reply(status, callBody({ status: 'ringing' }));
    expect(await network().placeCall(REQUEST)).toEqual({ kind: 'accepted', callId: CALL, status: 'ringing' });
  });

  test.each([null, 'dreaming', 7])('counts as queued where the status is %s', async (status) => {
    nock(TWILIO).post(CALLS_PATH).reply(201, callBody({ status }));
    expect(await network().placeCall(REQUEST)).toEqual({ kind: 'accepted', callId: CALL, status: 'queued' });
  });

  test.each([
    ['an empty body', ''],
    ['HTML', '<html><body>It works!</body></html>'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a call without a name', JSON.stringify(callBody({ sid: null }))],
    ['a name that is none', JSON.stringify(callBody({ sid: '../../Accounts' }))],
    ['a name without end', JSON.stringify(callBody({ sid: 'C'.repeat(65) }))],
    ['half a JSON document', '{"sid":"CA1b1b'],
  ])('leaves open whether there is a call: 201 with %s', async (_what, body) => {
    nock(TWILIO).post(CALLS_PATH).reply(201, body, { 'Content-Type': 'application/json' });
    expect(await network().placeCall(REQUEST)).toEqual({ kind: 'unknown', errorCode: 'badAnswer' });
  });
});
