// What each failure of a request for a call means, and that none of them makes a second request.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlaceCallResult } from '../../../../src/providers/port.ts';
import { ERROR_CODES } from '../../../../src/providers/twilio/error-codes.ts';
import {
  CALLS_PATH,
  callBody,
  closeNetwork,
  errorBody,
  network,
  openNetwork,
  REQUEST,
  silence,
  TWILIO,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

/**
 * Places a call that fails as `first` says. A second answer, a call, lies ready: a repeated request would take it.
 * The result, once it is sure that nobody did.
 */
async function placeFailingCall(
  first: (post: nock.Interceptor) => nock.Scope,
  requestTimeoutMs = 30_000,
): Promise<PlaceCallResult> {
  first(nock(TWILIO).post(CALLS_PATH));
  nock(TWILIO).post(CALLS_PATH).optionally().reply(201, callBody());
  const result = await network({ requestTimeoutMs }).placeCall(REQUEST);
  expect(nock.activeMocks()).toEqual([`POST ${TWILIO}:443${CALLS_PATH}`]);
  return result;
}

const invalidNumber = { kind: 'refused', outcome: 'invalidNumber', alarm: false };
const unreachable = { kind: 'refused', outcome: 'unreachable', alarm: false };
const blocked = { kind: 'refused', outcome: 'blocked', alarm: false };
const blockedBySetting = { kind: 'refused', outcome: 'blocked', alarm: true };
const mustBeFixed = { kind: 'refused', outcome: 'providerError', alarm: true };
const tryLater = { kind: 'tryLater', alarm: false };
const unknown = { kind: 'unknown' };

const CODES: [code: number, httpStatus: number, expected: object][] = [
  [10001, 401, mustBeFixed],
  [10004, 429, tryLater],
  [10004, 400, tryLater],
  [13223, 400, invalidNumber],
  [13224, 400, invalidNumber],
  [13225, 403, blocked],
  [13226, 400, invalidNumber],
  [13227, 403, blockedBySetting],
  [20003, 401, mustBeFixed],
  [20005, 401, mustBeFixed],
  [20006, 403, mustBeFixed],
  [20403, 403, mustBeFixed],
  [20404, 404, mustBeFixed],
  [20429, 429, tryLater],
  [20500, 500, unknown],
  [20500, 400, unknown],
  [20503, 503, unknown],
  [21201, 400, mustBeFixed],
  [21202, 400, blocked],
  [21203, 400, blockedBySetting],
  [21205, 400, mustBeFixed],
  [21206, 400, mustBeFixed],
  [21208, 400, mustBeFixed],
  [21209, 400, mustBeFixed],
  [21210, 400, mustBeFixed],
  [21211, 400, invalidNumber],
  [21212, 400, mustBeFixed],
  [21213, 400, mustBeFixed],
  [21214, 400, unreachable],
  [21215, 400, { ...blocked, alarm: true }],
  [21216, 400, blocked],
  [21217, 400, invalidNumber],
  [21218, 400, mustBeFixed],
  [21219, 400, mustBeFixed],
  [21220, 400, mustBeFixed],
  [21234, 400, mustBeFixed],
  [21263, 400, mustBeFixed],
  [21609, 400, mustBeFixed],
  [21626, 400, mustBeFixed],
  [30010, 400, blocked],
  [22005, 429, { ...tryLater, alarm: true }],
  [22005, 400, { ...tryLater, alarm: true }],
  // Codes nobody told us about.
  [29999, 400, mustBeFixed],
  [29999, 429, tryLater],
  [29999, 503, unknown],
  [29999, 408, unknown],
];

describe('an error code of the network', () => {
  test.each(CODES)('%i with HTTP %i', async (code, httpStatus, expected) => {
    const result = await placeFailingCall((post) => post.reply(httpStatus, errorBody(code, httpStatus)));
    expect(result).toEqual({ ...expected, errorCode: String(code) });
  });

  test('has a row here for each row of the table', () => {
    const tested = new Set(CODES.map(([code]) => code));
    expect([...ERROR_CODES.keys()].filter((code) => !tested.has(code))).toEqual([]);
  });

  test('is read from text as well, as some servers send it with HTTP 422', async () => {
    const result = await placeFailingCall((post) => post.reply(422, errorBody('13224', 422)));
    expect(result).toEqual({ ...invalidNumber, errorCode: '13224' });
  });

  test('is read from the newer form of error documents', async () => {
    const problem = { type: 'about:blank', title: 'Invalid', status: 400, code: 21211, detail: 'x' };
    expect(await placeFailingCall((post) => post.reply(400, problem))).toEqual({
      ...invalidNumber,
      errorCode: '21211',
    });
  });

  test.each([500, 502, 504])(
    'proves nothing with HTTP %i: a server error may come after the call',
    async (status) => {
      const result = await placeFailingCall((post) => post.reply(status, errorBody(21211, status)));
      expect(result).toEqual({ kind: 'unknown', errorCode: '21211' });
    },
  );
});

describe('an answer without an error code', () => {
  const HTML = '<html><h1>Something else</h1></html>';

  test.each([301, 302, 307, 308])(
    'leaves open whether there is a call: HTTP %i, which is not followed',
    async (status) => {
      const headers = { Location: `${TWILIO}${CALLS_PATH}` };
      expect(await placeFailingCall((post) => post.reply(status, '', headers))).toEqual({
        kind: 'unknown',
        errorCode: String(status),
      });
    },
  );

  test.each([400, 401, 403, 404, 407, 408, 500, 502, 503, 504])(
    'leaves open whether there is a call: HTML with HTTP %i',
    async (status) => {
      expect(await placeFailingCall((post) => post.reply(status, HTML))).toEqual({
        kind: 'unknown',
        errorCode: String(status),
      });
    },
  );

  test.each(['', HTML, '{}', 'null', '"no"'])('is safe to repeat later with HTTP 429: %s', async (body) => {
    expect(await placeFailingCall((post) => post.reply(429, body))).toEqual({
      ...tryLater,
      errorCode: '429',
    });
  });

  test.each(['twenty', 1.5, -1, {}, '21211; drop', null, 99])(
    'is what a code like %j amounts to',
    async (code) => {
      expect(await placeFailingCall((post) => post.reply(400, errorBody(code, 400)))).toEqual({
        kind: 'unknown',
        errorCode: '400',
      });
    },
  );
});

describe('no answer', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
    'is safe to repeat later where nothing was sent: %s',
    async (code) => {
      const error = Object.assign(new Error('no connection'), { code });
      expect(await placeFailingCall((post) => post.replyWithError(error))).toEqual({
        ...tryLater,
        errorCode: code,
      });
    },
  );

  test.each(['ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'EPROTO'])(
    'leaves open whether there is a call: %s',
    async (code) => {
      const error = Object.assign(new Error('connection lost'), { code });
      expect(await placeFailingCall((post) => post.replyWithError(error))).toEqual({
        kind: 'unknown',
        errorCode: code,
      });
    },
  );

  test('leaves open whether there is a call: the deadline has passed', async () => {
    const { reply, release } = silence();
    const result = await placeFailingCall((post) => post.reply(reply), 30);
    release();
    expect(result).toEqual({ kind: 'unknown', errorCode: 'ETIMEDOUT' });
  });
});
