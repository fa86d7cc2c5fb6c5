// Texts on the wire: what is asked, what each answer and each status callback means.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServiceError } from '../../../../src/errors.ts';
import { ERROR_CODES } from '../../../../src/providers/twilio/error-codes.ts';
import { judgeTextStatus, TEXT_CODES } from '../../../../src/providers/twilio/text-codes.ts';
import { parseText } from '../../../../src/providers/twilio/text-webhooks.ts';
import {
  closeNetwork,
  errorBody,
  FROM,
  NOW,
  network,
  openNetwork,
  silence,
  TEXT,
  TEXT_REQUEST,
  TEXTS_PATH,
  TO,
  TWILIO,
  textBody,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

const refused = (outcome: string, alarm = false) => ({ kind: 'refused', outcome, alarm });
const mustBeFixed = refused('providerError', true);
const unknown = { kind: 'unknown' };

describe('sending a text', () => {
  test('carries everything that was asked for, the risk check, and the wish to hear of every status', async () => {
    let form = new URLSearchParams();
    nock(TWILIO)
      .post(TEXTS_PATH, (body) => {
        form = new URLSearchParams(body);
        return true;
      })
      .reply(201, textBody());
    expect(await network().sendText(TEXT_REQUEST)).toEqual({ kind: 'accepted', textId: TEXT });
    expect(Object.fromEntries(form)).toEqual({
      To: TO,
      From: FROM,
      Body: TEXT_REQUEST.body,
      StatusCallback: `${TEXT_REQUEST.statusUrl}#rc=3&rp=all`,
      ValidityPeriod: '600',
      RiskCheck: 'enable',
    });
  });

  test.each([[{ sid: null }], [{ sid: 'with spaces' }], [{ sid: 7 }]])(
    'that is answered with %j is not known to have happened',
    async (fields) => {
      nock(TWILIO).post(TEXTS_PATH).reply(201, textBody(fields));
      expect(await network().sendText(TEXT_REQUEST)).toEqual({ ...unknown, errorCode: 'badAnswer' });
    },
  );

  test.each<[string, (post: nock.Interceptor) => nock.Scope, object]>([
    [
      'a lost connection',
      (post) => post.replyWithError(socketError('ECONNRESET')),
      { ...unknown, errorCode: 'ECONNRESET' },
    ],
    [
      'no connection',
      (post) => post.replyWithError(socketError('ECONNREFUSED')),
      { kind: 'tryLater', alarm: false, errorCode: 'ECONNREFUSED' },
    ],
    ['HTML', (post) => post.reply(502, '<html>'), { ...unknown, errorCode: '502' }],
    ['a refusal without a code', (post) => post.reply(400, '<html>'), { ...unknown, errorCode: '400' }],
    [
      'a redirect',
      (post) => post.reply(307, '', { Location: 'https://x.example' }),
      { ...unknown, errorCode: '307' },
    ],
  ])('is never repeated after %s', async (_what, answer, expected) => {
    answer(nock(TWILIO).post(TEXTS_PATH));
    nock(TWILIO).post(TEXTS_PATH).optionally().reply(201, textBody());
    expect(await network().sendText(TEXT_REQUEST)).toEqual(expected);
    expect(nock.activeMocks()).toHaveLength(1);
  });

  test('is not known to have happened at the deadline', async () => {
    const { reply, release } = silence();
    nock(TWILIO).post(TEXTS_PATH).reply(reply);
    const result = await network({ requestTimeoutMs: 30 }).sendText(TEXT_REQUEST);
    expect(result).toEqual({ ...unknown, errorCode: 'ETIMEDOUT' });
    release();
  });
});

const socketError = (code: string) => Object.assign(new Error('lost'), { code });

/** Each code of a text: what it means for the request, and for a text that was not delivered. */
const CODES: [code: number, asked: object][] = [
  [21408, refused('blocked', true)],
  [21602, mustBeFixed],
  [21603, mustBeFixed],
  [21604, mustBeFixed],
  [21606, mustBeFixed],
  [21608, mustBeFixed],
  [21610, refused('undelivered')],
  [21611, { kind: 'tryLater', alarm: true }],
  [21612, refused('undelivered', true)],
  [21614, refused('undelivered')],
  [21617, mustBeFixed],
  [21635, refused('undelivered')],
  [21657, refused('undelivered', true)],
  [21703, mustBeFixed],
  [21704, mustBeFixed],
  [30001, mustBeFixed],
  [30002, mustBeFixed],
  [30003, refused('unreachable')],
  [30004, refused('undelivered')],
  [30005, refused('invalidNumber')],
  [30006, refused('undelivered')],
  [30007, refused('undelivered', true)],
  [30008, refused('undelivered')],
  [30034, refused('undelivered', true)],
  [30036, refused('undelivered')],
  [30042, refused('undelivered', true)],
  [30410, refused('undelivered')],
  [30450, refused('blocked', true)],
  [30453, refused('blocked', true)],
];

describe('the code', () => {
  test.each([
    ...CODES,
    // Those of calls.
    [20003, mustBeFixed],
    [21211, refused('invalidNumber')],
    [21212, mustBeFixed],
    [21609, mustBeFixed],
    [20429, { kind: 'tryLater', alarm: false }],
    [20500, unknown],
    [29999, mustBeFixed],
  ] as const)('%i of a refused request', async (code, expected) => {
    nock(TWILIO).post(TEXTS_PATH).reply(400, errorBody(code, 400));
    expect(await network().sendText(TEXT_REQUEST)).toEqual({ ...expected, errorCode: String(code) });
  });

  test.each(CODES)('%i of a text that was not delivered', (code, asked) => {
    const { outcome = 'undelivered', alarm } = asked as { outcome?: string; alarm: boolean };
    const judged = judgeTextStatus('undelivered', String(code));
    expect(judged).toEqual({ outcome, alarm: 'outcome' in asked ? alarm : false });
    expect(judgeTextStatus('failed', String(code))).toEqual(judged);
    for (const status of ['queued', 'sending', 'sent', 'delivered'] as const)
      expect(judgeTextStatus(status, String(code))).toEqual({ outcome: null, alarm: false });
  });

  test('of every row of the table is here, and none is also one of calls', () => {
    expect([...TEXT_CODES.keys()]).toEqual(CODES.map(([code]) => code));
    expect([...TEXT_CODES.keys()].filter((code) => ERROR_CODES.has(code))).toEqual([]);
  });

  test.each([21614, 21635, 30006])('%i of a landline says that a call is possible', (code) => {
    expect(TEXT_CODES.get(code)?.action).toContain('can take a call');
  });

  test('of STOP says that it is no report of fraud, how it is undone, and that a call is possible', () => {
    expect(TEXT_CODES.get(21610)?.action).toMatch(/nobody reported fraud.*START.*a call/);
  });
});

describe('finding texts', () => {
  const since = new Date('2026-11-21T07:59:30.700Z');
  const find = () => network().findTexts({ to: TO, from: FROM, since });
  const list = (texts: unknown[], next: string | null = null) => ({ messages: texts, next_page_uri: next });
  const text = (n: number, time: string | null, fields: object = {}) =>
    textBody({
      sid: `SM${n}`,
      date_created: time === null ? null : `Sat, 21 Nov 2026 ${time} +0000`,
      ...fields,
    });
  const query = { To: TO, From: FROM, PageSize: '1000' };

  test('asks by sender and number and by nothing else: a queued text has no date of sending', async () => {
    nock(TWILIO).get(TEXTS_PATH).query(query).reply(200, list([]));
    expect(await find()).toEqual([]);
  });

  test('gives those since then, the oldest first, from all pages, in our words', async () => {
    const next = `${TEXTS_PATH}?Page=1&PageToken=PA1`;
    nock(TWILIO)
      .get(TEXTS_PATH)
      .query(query)
      .reply(200, list([text(5, null), text(4, '08:00:02', { status: 'accepted' })], next));
    nock(TWILIO)
      .get(next)
      .reply(
        200,
        list([
          text(3, '07:59:40', { status: 'undelivered', error_code: 30006 }),
          text(2, '07:59:29', { status: 'sent', error_code: 0 }),
          text(1, '07:59:28', { status: 'sent' }),
        ]),
      );
    expect(await find()).toEqual([
      { textId: 'SM2', status: 'sent', createdAt: new Date('2026-11-21T07:59:29Z'), errorCode: null },
      {
        textId: 'SM3',
        status: 'undelivered',
        createdAt: new Date('2026-11-21T07:59:40Z'),
        errorCode: '30006',
      },
      { textId: 'SM5', status: 'queued', createdAt: NOW, errorCode: null },
      { textId: 'SM4', status: 'queued', createdAt: new Date('2026-11-21T08:00:02Z'), errorCode: null },
    ]);
  });

  test.each([
    [{ sid: null }, 'a text with a sid'],
    [{ status: 'lost' }, 'one of the documented statuses'],
    [{ date_created: 'yesterday' }, 'creation date'],
  ])('throws when one of them is %j', async (fields, expected) => {
    nock(TWILIO)
      .get(TEXTS_PATH)
      .query(query)
      .reply(200, list([text(1, '08:00:00', fields)]));
    await expect(find()).rejects.toThrow(expected);
  });

  test('says in words why it could not be asked', async () => {
    nock(TWILIO).get(TEXTS_PATH).query(query).reply(503, errorBody(20503, 503));
    await expect(find()).rejects.toThrow('Could not list texts: the provider answered HTTP 503, error 20503');
  });
});

describe('the status callback of a text', () => {
  const parse = (params: Record<string, unknown>) =>
    parseText({ MessageSid: TEXT, MessageStatus: 'sent', ...params });
  const quiet = { textId: TEXT, errorCode: null, outcome: null, alarm: false };

  test.each([
    ['accepted', 'queued'],
    ['queued', 'queued'],
    ['sending', 'sending'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
  ])('%s', (word, status) => {
    expect(parse({ MessageStatus: word, SmsStatus: word, To: TO })).toEqual({ ...quiet, status });
  });

  test.each([
    ['undelivered', '30006', { errorCode: '30006', outcome: 'undelivered', alarm: false }],
    ['failed', '30002', { errorCode: '30002', outcome: 'providerError', alarm: true }],
    ['failed', '', { errorCode: null, outcome: 'undelivered', alarm: false }],
    ['undelivered', '+442079460123', { errorCode: null, outcome: 'undelivered', alarm: false }],
    ['canceled', undefined, { errorCode: null, outcome: 'undelivered', alarm: false }],
    ['partially_delivered', undefined, { errorCode: null, outcome: 'undelivered', alarm: false }],
  ])('%s with the code %j', (word, ErrorCode, expected) => {
    const status = word === 'partially_delivered' ? 'undelivered' : word;
    expect(parse({ MessageStatus: word, ErrorCode })).toEqual({ textId: TEXT, status, ...expected });
  });

  test.each([
    [{ MessageSid: undefined }, '/MessageSid'],
    [{ MessageSid: '../x' }, '/MessageSid'],
    [{ MessageSid: ['a', 'b'] }, '/MessageSid'],
    [{ MessageStatus: undefined }, '/MessageStatus'],
    [{ MessageStatus: 'lost' }, '/MessageStatus'],
    [{ MessageStatus: ['sent', 'failed'] }, '/MessageStatus'],
    [{ ErrorCode: ['1', '2'] }, '/ErrorCode'],
  ])('is refused with %j', (params, field) => {
    const refusal = (() => {
      try {
        return parse(params);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(refusal).toBeInstanceOf(ServiceError);
    expect(refusal).toMatchObject({ code: 'request.invalid', problems: [{ field }] });
  });
});
