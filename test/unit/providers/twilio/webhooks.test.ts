import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../../src/errors.ts';
import {
  type FormParameters,
  parseAnswer,
  parseDigits,
  parseMachine,
  parseStatus,
} from '../../../../src/providers/twilio/webhooks.ts';

const CALL = `CA${'1b'.repeat(16)}`;

/** What every voice webhook carries, as Twilio documents it and as others have recorded it. */
const VOICE = {
  CallSid: CALL,
  AccountSid: `AC${'0a'.repeat(16)}`,
  ApiVersion: '2010-04-01',
  Direction: 'outbound-api',
  CallStatus: 'in-progress',
  To: '+442079460123',
  Called: '+442079460123',
  From: '+12025550123',
  Caller: '+12025550123',
  ToCity: 'LONDON',
  ToState: '',
  FromCountry: 'US',
};

/** The fields and rules a parser complains about. */
function problems(parse: (params: FormParameters) => unknown, params: unknown): string[] {
  try {
    parse(params as FormParameters);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ServiceError)) throw thrown;
    expect(thrown.code).toBe('request.invalid');
    return thrown.problems.map(({ field, rule }) => `${field} ${rule}`);
  }
}

const PARSERS = [
  ['parseAnswer', parseAnswer, {}],
  ['parseDigits', parseDigits, {}],
  ['parseStatus', parseStatus, {}],
  ['parseMachine', parseMachine, { AnsweredBy: 'human' }],
] as const;

describe.each(PARSERS)('%s', (_name, parse, needed) => {
  test('reads the call out of the usual parameters, from an object without a prototype as well', () => {
    expect(parse({ ...VOICE, ...needed })).toMatchObject({ callId: CALL });
    expect(parse(Object.assign(Object.create(null), VOICE, needed))).toMatchObject({ callId: CALL });
  });

  test.each([undefined, null, '', 7, ['CA1', 'CA2'], {}, '../x', 'CA 1', 'CA1\n', `CA${'1'.repeat(63)}`])(
    'refuses the name %j',
    (CallSid) => {
      const rule = '/CallSid must be the name of a call: 1 to 64 letters, digits or hyphens';
      expect(problems(parse, { ...VOICE, ...needed, CallSid })).toEqual([rule]);
    },
  );

  test.each([undefined, null, '', 'x', 5, []])('refuses %j in place of parameters', (params) => {
    expect(problems(parse, params)).toHaveLength(1);
  });
});

describe('who picked up', () => {
  const WORDS = [
    ['human', 'human'],
    ['fax', 'fax'],
    ['machine', 'machine'],
    ['machine_start', 'machine'],
    ['machine_end_beep', 'machine'],
    ['machine_end_silence', 'machine'],
    ['machine_end_other', 'machine'],
    ['unknown', 'unknown'],
    ['Human', 'unknown'],
    ['machinery', 'unknown'],
    ['a word of tomorrow', 'unknown'],
  ];

  test.each(WORDS)('%s is %s to every parser', (AnsweredBy, answeredBy) => {
    expect(parseAnswer({ ...VOICE, AnsweredBy })).toEqual({ callId: CALL, answeredBy });
    expect(parseMachine({ CallSid: CALL, AnsweredBy, MachineDetectionDuration: '3200' })).toEqual({
      callId: CALL,
      answeredBy,
    });
    expect(parseStatus({ ...VOICE, AnsweredBy })).toMatchObject({ answeredBy });
  });

  test.each([{}, { AnsweredBy: '' }])('is not known yet: %j', (params) => {
    expect(parseAnswer({ ...VOICE, ...params })).toEqual({ callId: CALL, answeredBy: null });
    expect(parseStatus({ ...VOICE, ...params })).toMatchObject({ answeredBy: null });
  });

  test.each([
    [undefined, '/AnsweredBy must be one word'],
    [['human', 'fax'], '/AnsweredBy must be one word'],
    ['', '/AnsweredBy must not be empty'],
    ['h'.repeat(65), '/AnsweredBy must have at most 64 characters'],
  ])('is what the machine detection callback is for: it refuses %j', (AnsweredBy, problem) => {
    expect(problems(parseMachine, { ...VOICE, AnsweredBy })).toEqual([problem]);
  });

  test('is refused where it is without end', () => {
    expect(problems(parseAnswer, { ...VOICE, AnsweredBy: 'x'.repeat(1_000_000) })).toHaveLength(1);
  });
});

describe('the keys that were pressed', () => {
  test.each([
    ['one key, ended by the number of keys', { Digits: '1', FinishedOnKey: '', msg: 'Gather End' }, '1'],
    ['one key and the finish key', { Digits: '2', FinishedOnKey: '#', msg: 'Gather End' }, '2'],
    ['six keys and the finish key', { Digits: '174422', FinishedOnKey: '#' }, '174422'],
    ['an older request', { Digits: '1', msg: 'Gather End' }, '1'],
    ['a lone pound key, without a finish key', { Digits: '#', FinishedOnKey: '' }, '#'],
    ['a star', { Digits: '*' }, '*'],
    ['a number and the pound key', { Digits: '1234#' }, '1234#'],
    ['the fourth column', { Digits: 'ABCD' }, 'ABCD'],
    ['64 keys', { Digits: '5'.repeat(64) }, '5'.repeat(64)],
    ['nothing, empty', { Digits: '', FinishedOnKey: '#' }, null],
    ['nothing, missing', {}, null],
  ])('are read: %s', (_what, params, digits) => {
    expect(parseDigits({ ...VOICE, ...params })).toEqual({ callId: CALL, digits });
  });

  test.each(['12a', ' 1', '1 ', '１', '1\n', '+1', '-1', '5'.repeat(65), '#'.repeat(1_000_000), 'hangup'])(
    'are refused where they are not keys, or too many',
    (Digits) => {
      expect(problems(parseDigits, { ...VOICE, Digits })).toEqual(['/Digits must be 1 to 64 telephone keys']);
    },
  );

  test.each([[['1', '2']], [{ 0: '1' }], [null], [1]])(
    'are refused where they are not one text: %j',
    (Digits) => {
      expect(problems(parseDigits, { ...VOICE, Digits })).toEqual(['/Digits must be one text']);
    },
  );
});

describe('a status callback', () => {
  test.each([
    ['queued', 'queued'],
    ['initiated', 'initiated'],
    ['ringing', 'ringing'],
    ['in-progress', 'inProgress'],
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['failed', 'failed'],
    ['no-answer', 'noAnswer'],
    ['canceled', 'canceled'],
  ])('tells the status %s as %s', (CallStatus, status) => {
    expect(parseStatus({ ...VOICE, CallStatus })).toMatchObject({ status });
  });

  test('is read whole: a call that nobody answered, as recorded', () => {
    const params = {
      ...VOICE,
      CallStatus: 'no-answer',
      CallDuration: '0',
      Duration: '0',
      SipResponseCode: '487',
      Timestamp: 'Sat, 21 Nov 2026 08:00:40 +0000',
      CallbackSource: 'call-progress-events',
      SequenceNumber: '0',
    };
    expect(parseStatus(params)).toEqual({
      callId: CALL,
      status: 'noAnswer',
      sequence: 0,
      sipResponseCode: 487,
      answeredBy: null,
    });
  });

  test('tells its place in the sequence', () => {
    expect(parseStatus({ ...VOICE, SequenceNumber: '3' })).toMatchObject({ sequence: 3 });
  });

  test('is the first one where it has no place in a sequence', () => {
    expect(parseStatus(VOICE)).toMatchObject({ sequence: 0, sipResponseCode: null });
  });

  test('has no SIP answer where that is empty', () => {
    expect(parseStatus({ ...VOICE, SipResponseCode: '' })).toMatchObject({ sipResponseCode: null });
  });

  test.each([undefined, 'In-Progress', 'dreaming', '', 'constructor', '__proto__', ['ringing', 'busy']])(
    'is refused with the status %j',
    (CallStatus) => {
      expect(problems(parseStatus, { ...VOICE, CallStatus })).toHaveLength(1);
      expect(problems(parseStatus, { ...VOICE, CallStatus })[0]).toMatch(/^\/CallStatus must be one/);
    },
  );

  test.each(['-1', '1.5', '1e3', '', 'x', '1234567', ' 1', 1, ['1']])(
    'is refused with the sequence number %j',
    (SequenceNumber) => {
      expect(problems(parseStatus, { ...VOICE, SequenceNumber })[0]).toMatch(/^\/SequenceNumber must be/);
    },
  );

  test.each(['0', '99', '700', '48', '4870', 'x', '４８７', ['487']])(
    'is refused with the SIP answer %j',
    (SipResponseCode) => {
      expect(problems(parseStatus, { ...VOICE, SipResponseCode })[0]).toMatch(/^\/SipResponseCode must be/);
    },
  );

  test('is refused with every wrong field at once', () => {
    const wrong = { CallSid: '', CallStatus: 'x', SequenceNumber: '-', SipResponseCode: '-' };
    expect(problems(parseStatus, wrong).map((problem) => problem.split(' ')[0])).toEqual([
      '/CallSid',
      '/CallStatus',
      '/SequenceNumber',
      '/SipResponseCode',
    ]);
  });
});
