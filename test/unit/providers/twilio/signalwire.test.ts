// SignalWire's profile, on the wire: what is sent, and how answers are read that Twilio would not give.
import { createHmac } from 'node:crypto';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SIGNALWIRE } from '../../../../src/providers/twilio/profiles.ts';
import { createTwilioRest } from '../../../../src/providers/twilio/rest.ts';
import { createSignatureCheck } from '../../../../src/providers/twilio/signature.ts';
import { parseStatus } from '../../../../src/providers/twilio/webhooks.ts';

const SPACE = 'https://example.signalwire.com';
const PROJECT = 'b3877c40-da60-4998-90ad-b792e98472af';
const CALL = 'b3877c40-da60-4998-90ad-b792e98472ca';
const CALLS_PATH = `/api/laml/2010-04-01/Accounts/${PROJECT}/Calls.json`;
const TO = '+46812345678';
const FROM = '+12025550123';
const since = new Date('2018-09-01T00:00:00Z');

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

const calls = (maxPricePerMinute: number | null = null) =>
  createTwilioRest({
    accountSid: PROJECT,
    authToken: 'token-of-the-project',
    apiKey: null,
    apiBaseUrl: `${SPACE}/api/laml`,
    maxPricePerMinute,
    requestTimeoutMs: 1_000,
    profile: SIGNALWIRE,
  });

const REQUEST = {
  attemptId: 'a1',
  to: TO,
  from: FROM,
  webhooks: {
    answer: 'https://pound.example/a1/answer',
    fallback: 'https://pound.example/a1/fallback',
    status: 'https://pound.example/a1/status',
    machine: 'https://pound.example/a1/machine',
  },
  ringTimeoutS: 40,
  timeLimitS: 180,
  detectMachine: true,
  sendDigits: null,
};

/** A call as SignalWire documents it: numbers are numbers, and dates have a month of four letters. */
const callBody = (fields: object = {}) => ({
  sid: CALL,
  account_sid: PROJECT,
  status: 'queued',
  answered_by: null,
  date_created: 'Wed, 19 Sept 2018 20:00:00 +0000',
  direction: 'outbound',
  duration: 20,
  price: 0.003,
  price_unit: 'USD',
  caller_name: null,
  formatted_to: '(310) 567-8901',
  ...fields,
});

test('a text is asked for without a risk check and without retries in addresses, and found again', async () => {
  const path = CALLS_PATH.replace('Calls', 'Messages');
  let sent = new URLSearchParams();
  nock(SPACE)
    .post(path, (body) => {
      sent = new URLSearchParams(body);
      return true;
    })
    .reply(201, { sid: CALL, status: 'queued', num_segments: 1, error_code: null });
  const statusUrl = 'https://pound.example/a1/text';
  const text = { attemptId: 'a1', to: TO, from: FROM, body: 'Hello', validityS: 60, statusUrl };
  expect(await calls().sendText(text)).toEqual({ kind: 'accepted', textId: CALL });
  expect(Object.fromEntries(sent)).toEqual({
    ...{ To: TO, From: FROM, Body: 'Hello', StatusCallback: statusUrl, ValidityPeriod: '60' },
  });
  const found = {
    ...{ sid: CALL, status: 'undelivered', error_code: '30006' },
    date_created: 'Wed, 19 Sept 2018 20:00:00 +0000',
  };
  nock(SPACE)
    .get(path)
    .query({ To: TO, From: FROM, PageSize: '1000' })
    .reply(200, { messages: [found] });
  expect(await calls().findTexts({ to: TO, from: FROM, since })).toEqual([
    { textId: CALL, status: 'undelivered', createdAt: new Date('2018-09-19T20:00:00Z'), errorCode: '30006' },
  ]);
});

describe('a call', () => {
  test('is asked for under the project, without a time limit and without retries in addresses', async () => {
    let sent = new URLSearchParams();
    let authorization: string | null = null;
    nock(SPACE)
      .post(CALLS_PATH)
      .reply(async (request: Request) => {
        sent = new URLSearchParams(await request.text());
        authorization = request.headers.get('authorization');
        return [201, callBody()];
      });
    expect(await calls().placeCall(REQUEST)).toEqual({ kind: 'accepted', callId: CALL, status: 'queued' });
    expect(authorization).toBe(`Basic ${btoa(`${PROJECT}:token-of-the-project`)}`);
    expect(sent.has('TimeLimit')).toBe(false);
    expect(sent.has('MaxPricePerMinute')).toBe(false);
    expect(sent.getAll('StatusCallbackEvent')).toEqual(['ringing', 'completed']);
    expect(sent.get('StatusCallback')).toBe(REQUEST.webhooks.status);
    expect(sent.get('AsyncAmdStatusCallback')).toBe(REQUEST.webhooks.machine);
  });

  test('names the most that a minute may cost, where there is a limit, and only then and there', async () => {
    nock(SPACE)
      .post(CALLS_PATH, /MaxPricePerMinute=0\.05(&|$)/)
      .reply(201, callBody());
    expect(await calls(0.05).placeCall(REQUEST)).toMatchObject({ kind: 'accepted' });
    nock(SPACE)
      .post(CALLS_PATH.replace('.json', `/${CALL}.json`), 'Status=completed')
      .reply(200, callBody());
    await expect(calls(0.05).endCall({ callId: CALL, lineNumber: FROM })).resolves.toBeUndefined();
  });

  test.each([
    ['human', 'human'],
    ['machine', 'machine'],
  ])('is read with its numbers and its date: answered by a %s', async (answered_by, answeredBy) => {
    nock(SPACE)
      .get(CALLS_PATH.replace('.json', `/${CALL}.json`))
      .reply(200, callBody({ status: 'completed', answered_by }));
    expect(await calls().fetchCall({ callId: CALL, lineNumber: FROM })).toEqual({
      callId: CALL,
      status: 'completed',
      createdAt: new Date('2018-09-19T20:00:00Z'),
      answeredBy,
    });
  });
});

test('a list goes on with pages that are named with their whole path', async () => {
  const next = `${CALLS_PATH}?PageToken=2`;
  nock(SPACE)
    .get(CALLS_PATH)
    .query({ To: TO, From: FROM, PageSize: '1000' })
    .reply(200, { calls: [callBody({ sid: 'second' })], next_page_uri: next, page: 0 })
    .get(next)
    .reply(200, { calls: [callBody({ sid: 'first' })], next_page_uri: null, page: 1 });
  const found = await calls().findCalls({ to: TO, from: FROM, since });
  expect(found.map(({ callId }) => callId)).toEqual(['second', 'first']);
});

describe('an error', () => {
  const refusal = async (status: number, body: object) => {
    nock(SPACE).post(CALLS_PATH).reply(status, body);
    return await calls().placeCall(REQUEST);
  };

  test.each([
    [400, { code: 21211, message: 'x', more_info: 'x', status: 400 }, '21211', 'invalidNumber'],
    [400, { errors: [{ code: '30010', message: 'x', more_info: 'x' }] }, '30010', 'blocked'],
    [
      400,
      {
        errors: [
          { code: '21212', message: 'x' },
          { code: '21211', message: 'y' },
        ],
      },
      '21212',
      'providerError',
    ],
    [
      401,
      { code: 20003, message: 'Authentication failed', more_info: 'x', status: 401 },
      '20003',
      'providerError',
    ],
    [422, { code: 21214, message: 'x', more_info: 'x', status: 422 }, '21214', 'unreachable'],
  ])('is read in either shape: HTTP %i %j', async (status, body, errorCode, outcome) => {
    expect(await refusal(status, body)).toMatchObject({ kind: 'refused', errorCode, outcome });
  });

  test.each([
    [422, { errors: ['Validation failed'] }, '422'],
    [400, { errors: [] }, '400'],
    [400, { errors: [{ code: TO, message: 'x' }] }, '400'],
    [400, { errors: 'x' }, '400'],
    [502, { errors: [{ code: '21211' }] }, '21211'],
  ])('without a code proves nothing: HTTP %i %j', async (status, body, errorCode) => {
    expect(await refusal(status, body)).toEqual({ kind: 'unknown', errorCode });
  });
});

test('a status callback is read with its own name for the SIP answer, and with statistics', () => {
  const callback = {
    CallSid: CALL,
    AccountSid: PROJECT,
    CallStatus: 'busy',
    SequenceNumber: '1',
    SipResultCode: '486',
    SipInviteResultPhrase: 'Busy here',
    AudioInMos: '4.5',
    Timestamp: 'Wed, 19 Sep 2018 20:00:00 +0000',
  };
  expect(parseStatus(callback)).toEqual({
    callId: CALL,
    status: 'busy',
    sequence: 1,
    sipResponseCode: 486,
    answeredBy: null,
  });
  expect(parseStatus({ ...callback, CallStatus: 'answered' })).toMatchObject({ status: 'inProgress' });
});

describe('a signature', () => {
  // SignalWire, Compatibility API: fields in the order of their names, the values of one name as they came.
  const signed = (url: string, key = 'signing-key') =>
    createHmac('sha1', key).update(`${url}Digits#OddbOddaOddb`).digest('base64');
  const params = { Odd: ['b', 'a', 'b'], Digits: '#' };
  const isRight = (signature: string, publicUrl = 'https://pound.example') => {
    const authTokens = ['signing-key', 'next-key'];
    const check = createSignatureCheck({ publicUrl, authTokens, profile: SIGNALWIRE });
    try {
      check({ originalUrl: '/x?a=1', signature, params });
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ['https://pound.example/x?a=1', 'https://pound.example'],
    ['https://pound.example:443/x?a=1', 'https://pound.example'],
    ['https://pound.example/x?a=1', 'https://pound.example:443'],
    ['https://pound.example/x?a=1', 'https://pound.example:8443'],
    ['https://pound.example:8443/x?a=1', 'https://pound.example:8443'],
    ['http://pound.example:80/x?a=1', 'http://pound.example'],
    ['http://[::1]:4010/x?a=1', 'http://[::1]:4010'],
  ])('over %s is right at %s', (url, publicUrl) => {
    expect(isRight(signed(url), publicUrl)).toBe(true);
    expect(isRight(signed(url, 'next-key'), publicUrl)).toBe(true);
    expect(isRight(signed(url, 'token-of-the-project'), publicUrl)).toBe(false);
  });

  test('over values in another order is wrong', () => {
    const sorted = createHmac('sha1', 'signing-key').update('https://pound.example/x?a=1Digits#OddaOddb');
    expect(isRight(sorted.digest('base64'))).toBe(false);
  });

  test.each(['https://pound.example/y?a=1', 'https://pound.example:444/x?a=1', 'https://evil.example/x?a=1'])(
    'over %s is wrong',
    (url) => {
      expect(isRight(signed(url))).toBe(false);
    },
  );
});
