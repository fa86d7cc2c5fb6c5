// Fetching and ending one call.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProviderError } from '../../../../src/providers/port.ts';
import type { TwilioAccess } from '../../../../src/providers/twilio/twilio-client.ts';
import {
  CALL,
  CALL_PATH,
  callBody,
  closeNetwork,
  errorBody,
  FROM,
  NOW,
  network,
  openNetwork,
  silence,
  TWILIO,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

const created = 'Sat, 21 Nov 2026 07:59:30 +0000';

function answerFetch(fields: Record<string, unknown>): void {
  nock(TWILIO).get(CALL_PATH).reply(200, callBody(fields));
}

describe('fetching a call', () => {
  test.each([
    ['queued', 'queued'],
    ['ringing', 'ringing'],
    ['in-progress', 'inProgress'],
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['failed', 'failed'],
    ['no-answer', 'noAnswer'],
    ['canceled', 'canceled'],
  ])('reads the status %s as %s', async (status, ours) => {
    answerFetch({ status, date_created: created });
    const createdAt = new Date('2026-11-21T07:59:30Z');
    expect(await network().fetchCall({ callId: CALL, lineNumber: FROM })).toEqual({
      callId: CALL,
      status: ours,
      createdAt,
      answeredBy: null,
    });
  });

  test.each([
    ['human', 'human'],
    ['machine', 'machine'],
    ['machine_start', 'machine'],
    ['machine_end_beep', 'machine'],
    ['fax', 'fax'],
    ['unknown', 'unknown'],
    ['parrot', 'unknown'],
    ['', null],
    [null, null],
  ])('reads answered_by %j as %j', async (answeredBy, ours) => {
    answerFetch({ answered_by: answeredBy, date_created: created });
    expect(await network().fetchCall({ callId: CALL, lineNumber: FROM })).toMatchObject({ answeredBy: ours });
  });

  test('takes a call that the network has not dated yet as created now', async () => {
    answerFetch({ date_created: null });
    expect(await network().fetchCall({ callId: CALL, lineNumber: FROM })).toMatchObject({
      status: 'queued',
      createdAt: NOW,
    });
  });

  test('finds null where the network does not know the call', async () => {
    nock(TWILIO).get(CALL_PATH).reply(404, errorBody(20404, 404));
    expect(await network().fetchCall({ callId: CALL, lineNumber: FROM })).toBeNull();
  });

  test('does not take a 404 from something else for an answer about the call', async () => {
    nock(TWILIO).get(CALL_PATH).reply(404, '<html>nginx</html>');
    await expect(network().fetchCall({ callId: CALL, lineNumber: FROM })).rejects.toMatchObject({
      name: 'ProviderError',
      errorCode: '404',
    });
  });

  test.each([
    [{ status: 'dreaming', date_created: created }, 'documented statuses'],
    [{ status: null, date_created: created }, 'documented statuses'],
    [{ sid: null }, 'sid'],
    [{ date_created: 'yesterday' }, 'creation date'],
  ])('throws for a call that makes no sense: %j', async (fields, expected) => {
    answerFetch(fields);
    const failure = network().fetchCall({ callId: CALL, lineNumber: FROM });
    await expect(failure).rejects.toThrow(expected);
    await expect(failure).rejects.toMatchObject({ errorCode: 'badAnswer' });
  });

  test.each(['', '<html></html>', 'null', '[', '5'])(
    'throws for an answer that is no call: %j',
    async (body) => {
      nock(TWILIO).get(CALL_PATH).reply(200, body);
      await expect(network().fetchCall({ callId: CALL, lineNumber: FROM })).rejects.toMatchObject({
        name: 'ProviderError',
        errorCode: 'badAnswer',
      });
    },
  );
});

const ASKING = [
  [
    'fetch a call',
    'get',
    (access?: Partial<TwilioAccess>) => network(access).fetchCall({ callId: CALL, lineNumber: FROM }),
  ],
  [
    'end a call',
    'post',
    (access?: Partial<TwilioAccess>) => network(access).endCall({ callId: CALL, lineNumber: FROM }),
  ],
] as const;

describe.each(ASKING)('a failure to %s', (action, method, ask) => {
  test.each([
    [401, errorBody(20003, 401), '20003', 'the credentials are wrong. Check the account'],
    [
      429,
      errorBody(20429, 429),
      '20429',
      'too many requests at once; this one was not processed. Ask again later',
    ],
    [400, errorBody(29999, 400), '29999', 'see the error dictionary of the provider. Check the account'],
    [500, errorBody(20500, 500), '20500', 'an internal error. Ask again later'],
    [502, '<html></html>', '502', 'HTTP 502 without an error code. Ask again later'],
    [403, '{}', '403', 'HTTP 403 without an error code. Check the account'],
  ])('is told by HTTP %i', async (status, body, errorCode, message) => {
    nock(TWILIO)[method](CALL_PATH).reply(status, body);
    const failure = ask();
    await expect(failure).rejects.toBeInstanceOf(ProviderError);
    await expect(failure).rejects.toMatchObject({ errorCode });
    await expect(failure).rejects.toThrow(`Could not ${action}: `);
    await expect(failure).rejects.toThrow(message);
  });

  test('is told by a redirect, which is not followed', async () => {
    nock(TWILIO)
      [method](CALL_PATH)
      .reply(302, '<html></html>', { Location: `${TWILIO}/elsewhere` });
    await expect(ask()).rejects.toMatchObject({
      name: 'ProviderError',
      errorCode: expect.stringMatching(/302|badAnswer/),
    });
  });

  test.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND'])(
    'is told by %s, without asking again',
    async (code) => {
      nock(TWILIO)
        [method](CALL_PATH)
        .replyWithError(Object.assign(new Error('lost'), { code }));
      nock(TWILIO)[method](CALL_PATH).optionally().reply(200, callBody());
      const failure = ask();
      await expect(failure).rejects.toMatchObject({ name: 'ProviderError', errorCode: code });
      expect(nock.activeMocks()).toHaveLength(1);
    },
  );

  test('is told when the deadline has passed', async () => {
    const { reply, release } = silence();
    nock(TWILIO)[method](CALL_PATH).reply(reply);
    await expect(ask({ requestTimeoutMs: 30 })).rejects.toMatchObject({ errorCode: 'ETIMEDOUT' });
    release();
  });
});

describe('a name that can be none of a call', () => {
  test.each(['', '../Calls', 'CA1/../x', 'CA1?x=1', 'CA1#', 'C'.repeat(65), 'CA 1'])(
    'makes no request: %j',
    async (callId) => {
      await expect(network().fetchCall({ callId, lineNumber: FROM })).rejects.toMatchObject({
        errorCode: 'badCallId',
      });
      await expect(network().endCall({ callId, lineNumber: FROM })).rejects.toMatchObject({
        errorCode: 'badCallId',
      });
    },
  );
});

describe('ending a call', () => {
  test('asks for the status that ends a call in any state', async () => {
    nock(TWILIO)
      .post(CALL_PATH, 'Status=completed')
      .reply(200, callBody({ status: 'completed' }));
    await expect(network().endCall({ callId: CALL, lineNumber: FROM })).resolves.toBeUndefined();
  });

  test('is content when the call has ended before', async () => {
    nock(TWILIO).post(CALL_PATH).reply(400, errorBody(21220, 400));
    await expect(network().endCall({ callId: CALL, lineNumber: FROM })).resolves.toBeUndefined();
  });

  test('is content when there is no such call', async () => {
    nock(TWILIO).post(CALL_PATH).reply(404, errorBody(20404, 404));
    await expect(network().endCall({ callId: CALL, lineNumber: FROM })).resolves.toBeUndefined();
  });

  test('is not content with a 404 from something else: the call may go on', async () => {
    nock(TWILIO).post(CALL_PATH).reply(404, '<html>nginx</html>');
    await expect(network().endCall({ callId: CALL, lineNumber: FROM })).rejects.toMatchObject({
      errorCode: '404',
    });
  });
});
