// What the tests of the Twilio adapter share: an account, a request, and a network that exists only in nock.
import { inspect } from 'node:util';
import nock from 'nock';
import type { PlaceCallRequest } from '../../../../src/providers/port.ts';
import type { SendTextRequest } from '../../../../src/providers/text-port.ts';
import { TWILIO as TWILIO_PROFILE } from '../../../../src/providers/twilio/profiles.ts';
import { createTwilioRest, type TwilioRest } from '../../../../src/providers/twilio/rest.ts';
import type { TwilioAccess } from '../../../../src/providers/twilio/twilio-client.ts';

export const TWILIO = 'https://api.twilio.com';
export const ACCOUNT = `AC${'0a'.repeat(16)}`;
export const TOKEN = 'token-that-nobody-may-ever-read';
export const CALL = `CA${'1b'.repeat(16)}`;
export const TO = '+442079460123';
export const FROM = '+12025550123';
export const CALLS_PATH = `/2010-04-01/Accounts/${ACCOUNT}/Calls.json`;
export const CALL_PATH = `/2010-04-01/Accounts/${ACCOUNT}/Calls/${CALL}.json`;
export const NOW = new Date('2026-11-21T08:00:00.000Z');

export const REQUEST: PlaceCallRequest = {
  attemptId: 'attempt-1',
  to: TO,
  from: FROM,
  webhooks: {
    answer: 'https://pound.example/calls/attempt-1/answer',
    fallback: 'https://pound.example/calls/attempt-1/fallback',
    status: 'https://pound.example/calls/attempt-1/status',
    machine: 'https://pound.example/calls/attempt-1/machine',
  },
  ringTimeoutS: 40,
  timeLimitS: 180,
  detectMachine: false,
  sendDigits: null,
};

export const TEXT = `SM${'3d'.repeat(16)}`;
export const TEXTS_PATH = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
export const TEXT_REQUEST: SendTextRequest = {
  attemptId: 'attempt-1',
  to: TO,
  from: FROM,
  body: 'Your Contoso code: 271828.\n@login.example.com #271828',
  validityS: 600,
  statusUrl: 'https://pound.example/texts/attempt-1/status',
};

/** A text as Twilio sends it. */
export function textBody(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    sid: TEXT,
    account_sid: ACCOUNT,
    to: TO,
    from: FROM,
    body: TEXT_REQUEST.body,
    status: 'queued',
    date_created: null,
    date_sent: null,
    date_updated: null,
    error_code: null,
    error_message: null,
    num_segments: '1',
    direction: 'outbound-api',
    ...fields,
  };
}

export const ACCESS: TwilioAccess = {
  accountSid: ACCOUNT,
  authToken: TOKEN,
  apiKey: null,
  apiBaseUrl: null,
  maxPricePerMinute: null,
  requestTimeoutMs: 30_000,
};

export function network(access: Partial<TwilioAccess> = {}): TwilioRest {
  return createTwilioRest({ ...ACCESS, profile: TWILIO_PROFILE, clock: { now: () => NOW }, ...access });
}

/** A call as Twilio sends it. */
export function callBody(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    sid: CALL,
    account_sid: ACCOUNT,
    to: TO,
    from: FROM,
    status: 'queued',
    date_created: null,
    date_updated: null,
    start_time: null,
    answered_by: null,
    direction: 'outbound-api',
    queue_time: '0',
    ...fields,
  };
}

/** An error as Twilio sends it; like the real ones, the message repeats the number. */
export function errorBody(code: unknown, status: number): Record<string, unknown> {
  return {
    code,
    message: `Something about ${TO}`,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  };
}

/** Answers that never come until `release` is called, for requests that run into their deadline. */
export function silence(): { reply: () => Promise<[number, string]>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    reply: async () => {
      await promise;
      return [201, JSON.stringify(callBody())];
    },
    release: resolve,
  };
}

/** Everything that can be got out of a value by printing it: text, JSON, hidden and inherited properties, stack. */
export function everythingPrintable(value: unknown): string {
  const texts = [
    String(value),
    JSON.stringify(value),
    inspect(value, { depth: 10, showHidden: true, getters: true }),
  ];
  if (value instanceof Error)
    texts.push(String(value.stack), everythingPrintable(value.cause), inspect({ ...value }));
  return texts.join('\n');
}

/** For `beforeEach` and `afterEach`: no request leaves the process, and every expected one was made. */
export function closeNetwork(): void {
  nock.disableNetConnect();
}
export function openNetwork(): void {
  const missing = nock.pendingMocks();
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
  if (missing.length > 0) throw new Error(`These requests were expected and not made: ${missing.join(', ')}`);
}
