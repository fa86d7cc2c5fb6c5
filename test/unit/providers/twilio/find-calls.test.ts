import nock from 'nock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CALLS_PATH,
  callBody,
  closeNetwork,
  errorBody,
  FROM,
  NOW,
  network,
  openNetwork,
  TO,
  TWILIO,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

const since = new Date('2026-11-21T07:59:30.700Z');
const search = { to: TO, from: FROM, since };
const query = { To: TO, From: FROM, PageSize: '1000' };

/** A call whose name ends in `n`, created at `time` on the day of the tests. */
function call(n: number, time: string | null, status = 'completed'): Record<string, unknown> {
  return callBody({
    sid: `CA${n}`,
    status,
    date_created: time === null ? null : `Sat, 21 Nov 2026 ${time} +0000`,
  });
}

/** A page of a list; `next` is the path of the following page. */
function page(calls: unknown[], next: string | null = null): Record<string, unknown> {
  return {
    calls,
    page: 0,
    page_size: 1000,
    start: 0,
    end: 0,
    uri: CALLS_PATH,
    next_page_uri: next,
    previous_page_uri: null,
  };
}

function found(): Promise<string[]> {
  return network()
    .findCalls(search)
    .then((calls) => calls.map(({ callId }) => callId));
}

test('asks by both numbers and by nothing else: a queued call has no start time', async () => {
  nock(TWILIO).get(CALLS_PATH).query(query).reply(200, page([]));
  expect(await found()).toEqual([]);
});

test('gives the oldest call first, in our words', async () => {
  nock(TWILIO)
    .get(CALLS_PATH)
    .query(query)
    .reply(
      200,
      page([call(3, '07:59:50', 'in-progress'), call(1, '07:59:31'), call(2, '07:59:40', 'no-answer')]),
    );
  expect(await network().findCalls(search)).toEqual([
    { callId: 'CA1', status: 'completed', createdAt: new Date('2026-11-21T07:59:31Z'), answeredBy: null },
    { callId: 'CA2', status: 'noAnswer', createdAt: new Date('2026-11-21T07:59:40Z'), answeredBy: null },
    { callId: 'CA3', status: 'inProgress', createdAt: new Date('2026-11-21T07:59:50Z'), answeredBy: null },
  ]);
});

test('leaves out calls created before, but allows the clocks two seconds', async () => {
  nock(TWILIO)
    .get(CALLS_PATH)
    .query(query)
    .reply(200, page([call(3, '07:59:30'), call(2, '07:59:29'), call(1, '07:59:28'), call(0, '07:00:00')]));
  expect(await found()).toEqual(['CA2', 'CA3']);
});

test('keeps a queued call that has no date yet', async () => {
  nock(TWILIO)
    .get(CALLS_PATH)
    .query(query)
    .reply(200, page([call(1, null, 'queued')]));
  expect(await network().findCalls(search)).toMatchObject([{ callId: 'CA1', createdAt: NOW }]);
});

test('reads every page, also behind a base URL with a path', async () => {
  const next = `${CALLS_PATH}?PageToken=PA2`;
  nock('http://127.0.0.1:4010')
    .get(`/twilio${CALLS_PATH}`)
    .query(query)
    .reply(200, page([call(3, '07:59:50')], next))
    .get(`/twilio${next}`)
    .reply(200, page([], `${CALLS_PATH}?PageToken=PA3`))
    .get(`/twilio${CALLS_PATH}?PageToken=PA3`)
    .reply(200, page([call(1, '07:59:35')]));
  const calls = await network({ apiBaseUrl: 'http://127.0.0.1:4010/twilio' }).findCalls(search);
  expect(calls.map(({ callId }) => callId)).toEqual(['CA1', 'CA3']);
});

test('gives up on a list without end', async () => {
  const next = `${CALLS_PATH}?PageToken=PA`;
  nock(TWILIO).get(CALLS_PATH).query(query).reply(200, page([], next));
  nock(TWILIO).get(next).times(49).reply(200, page([], next));
  await expect(found()).rejects.toThrow('ends within 50 pages');
});

test('throws rather than give half a list', async () => {
  const next = `${CALLS_PATH}?PageToken=PA2`;
  nock(TWILIO)
    .get(CALLS_PATH)
    .query(query)
    .reply(200, page([call(1, '07:59:50')], next))
    .get(next)
    .reply(503, errorBody(20503, 503));
  await expect(found()).rejects.toMatchObject({ name: 'ProviderError', errorCode: '20503' });
});

test.each([
  ['an unknown account', 404, JSON.stringify(errorBody(20404, 404)), '20404'],
  ['HTML', 200, '<html></html>', 'badAnswer'],
  ['nothing', 200, '', 'badAnswer'],
  ['no list', 200, '{}', 'badAnswer'],
  ['a list of nothing', 200, JSON.stringify(page([null])), 'badAnswer'],
  ['a call without sense', 200, JSON.stringify(page([{ sid: 'CA1', status: 'dreaming' }])), 'badAnswer'],
  ['a redirect', 302, '', '302'],
])('throws for %s: nobody may conclude that there was no call', async (_what, status, body, errorCode) => {
  nock(TWILIO).get(CALLS_PATH).query(query).reply(status, body);
  await expect(found()).rejects.toMatchObject({ name: 'ProviderError', errorCode });
});
