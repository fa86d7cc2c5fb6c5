// Nothing that leaves the adapter, printed in any way, holds a credential or a whole number.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TWILIO as TWILIO_PROFILE } from '../../../../src/providers/twilio/profiles.ts';
import { createSignatureCheck } from '../../../../src/providers/twilio/signature.ts';
import { parseDigits } from '../../../../src/providers/twilio/webhooks.ts';
import {
  ACCOUNT,
  CALL,
  CALL_PATH,
  CALLS_PATH,
  callBody,
  closeNetwork,
  errorBody,
  everythingPrintable,
  FROM,
  network,
  openNetwork,
  REQUEST,
  silence,
  TEXT_REQUEST,
  TEXTS_PATH,
  TO,
  TOKEN,
  TWILIO,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

const API_KEY = { sid: `SK${'2c'.repeat(16)}`, secret: 'secret-of-the-key' };
const SECRETS = [
  TOKEN,
  API_KEY.secret,
  Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64'),
  Buffer.from(`${API_KEY.sid}:${API_KEY.secret}`).toString('base64'),
  TO,
  FROM,
  TO.slice(1),
  FROM.slice(1),
  encodeURIComponent(TO),
  '271828',
];

function expectNoSecret(value: unknown): void {
  const printed = everythingPrintable(value);
  expect(SECRETS.filter((secret) => printed.includes(secret))).toEqual([]);
}

/** What comes out of a promise, whichever way it ends. */
function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((thrown: unknown) => thrown);
}

const socketError = () =>
  Object.assign(new Error(`lost ${TO} ${TOKEN}`), { code: 'ECONNRESET', headers: { auth: TOKEN } });

const FAILURES: [string, (request: nock.Interceptor) => nock.Scope][] = [
  ['a refusal that repeats the number', (request) => request.reply(400, errorBody(13223, 400))],
  ['a refusal whose code is the number', (request) => request.reply(400, errorBody(TO, 400))],
  [
    'a refusal whose code is the token',
    (request) => request.reply(401, { ...errorBody(TOKEN, 401), details: { TOKEN } }),
  ],
  [
    'the newer error form',
    (request) => request.reply(400, { type: TO, title: TO, status: 400, code: 21211, detail: TOKEN }),
  ],
  ['HTML that repeats the number', (request) => request.reply(502, `<html>${TO}</html>`)],
  ['an answer that cannot be read', (request) => request.reply(200, `${TO} ${TOKEN}`)],
  ['a call with the number for a name', (request) => request.reply(200, callBody({ sid: TO, status: TO }))],
  ['a lost connection', (request) => request.replyWithError(socketError())],
  ['a redirect', (request) => request.reply(307, '', { Location: `https://elsewhere.example/${TO}` })],
];

const ASKING: [string, (request: ReturnType<typeof network>) => Promise<unknown>, () => nock.Interceptor][] =
  [
    ['placing a call', (phones) => phones.placeCall(REQUEST), () => nock(TWILIO).post(CALLS_PATH)],
    [
      'fetching a call',
      (phones) => phones.fetchCall({ callId: CALL, lineNumber: FROM }),
      () => nock(TWILIO).get(CALL_PATH),
    ],
    [
      'ending a call',
      (phones) => phones.endCall({ callId: CALL, lineNumber: FROM }),
      () => nock(TWILIO).post(CALL_PATH),
    ],
    [
      'finding calls',
      (phones) => phones.findCalls({ to: TO, from: FROM, since: new Date(0) }),
      () => nock(TWILIO).get(CALLS_PATH).query(true),
    ],
    ['sending a text', (phones) => phones.sendText(TEXT_REQUEST), () => nock(TWILIO).post(TEXTS_PATH)],
    [
      'finding texts',
      (phones) => phones.findTexts({ to: TO, from: FROM, since: new Date(0) }),
      () => nock(TWILIO).get(TEXTS_PATH).query(true),
    ],
  ];

describe.each(ASKING)('%s', (_what, ask, request) => {
  describe.each([
    ['the token', null],
    ['an API key', API_KEY],
  ])('with %s', (_with, apiKey) => {
    test.each(FAILURES)('tells no secret after %s', async (_failure, answer) => {
      answer(request());
      expectNoSecret(await outcomeOf(ask(network({ apiKey }))));
    });

    test('tells no secret after the deadline', async () => {
      const { reply, release } = silence();
      request().reply(reply);
      expectNoSecret(await outcomeOf(ask(network({ apiKey, requestTimeoutMs: 30 }))));
      release();
    });
  });
});

test('the network itself does not show its credentials', () => {
  expectNoSecret(network({ apiKey: API_KEY }));
});

test('a network that cannot be built does not show its credentials', () => {
  const build = (access: object) => outcomeOf(Promise.try(() => network(access)));
  return Promise.all([
    build({ accountSid: TOKEN.slice(0, 1) }).then(expectNoSecret),
    build({ apiBaseUrl: 'https://a.b.c.d.e.f.example' }).then(expectNoSecret),
  ]);
});

test('a webhook with a wrong signature is refused without the token and the right signature', () => {
  const check = createSignatureCheck({
    publicUrl: 'https://pound.example',
    authTokens: [TOKEN],
    profile: TWILIO_PROFILE,
  });
  const refusal = Promise.try(() =>
    check({ originalUrl: `/x?to=${TO}`, signature: 'x', params: { To: TO } }),
  );
  return outcomeOf(refusal).then(expectNoSecret);
});

test('a webhook with wrong parameters is refused without their values', () => {
  const refusal = Promise.try(() => parseDigits({ CallSid: TO, Digits: TOKEN }));
  return outcomeOf(refusal).then(expectNoSecret);
});
