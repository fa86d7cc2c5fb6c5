/** The parameters of each kind of webhook (Twilio, Voice: request parameters and status callbacks). */
import { type Call, durationS, isOver } from './call.ts';
import { rfc2822 } from './dates.ts';
import type { Dialect } from './dialect.ts';

/** Form fields of a webhook. */
export type Params = Record<string, string>;

/** Twilio knows no place for most numbers and then sends the fields empty. */
const PLACES: Params = Object.fromEntries(
  ['From', 'To', 'Caller', 'Called'].flatMap((who) =>
    ['City', 'State', 'Zip', 'Country'].map((what) => [who + what, '']),
  ),
);

/** What the request for a document carries besides `extra`. */
export function documentParams(call: Call, extra: Params): Params {
  return { ...common(call), CallStatus: 'in-progress', ...PLACES, ...extra };
}

/** What a status callback reports: the status in the provider's word; `sequence` counts the callbacks of this call from 0, `now` is the instant of the event. */
interface StatusReport {
  word: string;
  sequence: number;
  now: number;
}

/** What a status callback carries. */
export function statusParams(dialect: Dialect, call: Call, { word, sequence, now }: StatusReport): Params {
  return {
    ...common(call),
    ...PLACES,
    ...dialect.statusExtras,
    CallStatus: word,
    Timestamp: rfc2822(now),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
    ...(word === call.status ? endParams(call, dialect) : {}),
  };
}

/** What the asynchronous machine detection callback carries; the duration is milliseconds. */
export function machineParams(call: Call, durationMs: number): Params {
  return {
    CallSid: call.sid,
    AccountSid: call.request.accountSid,
    AnsweredBy: call.answeredBy ?? 'unknown',
    MachineDetectionDuration: String(durationMs),
  };
}

function common(call: Call): Params {
  const { to, from, accountSid } = call.request;
  return {
    CallSid: call.sid,
    AccountSid: accountSid,
    From: from,
    To: to,
    Caller: from,
    Called: to,
    ApiVersion: '2010-04-01',
    Direction: 'outbound-api',
    ...(call.answeredBy === null ? {} : { AnsweredBy: call.answeredBy }),
  };
}

/** `CallDuration` is seconds, `Duration` begun minutes. */
function endParams(call: Call, { sipCodeName }: Dialect): Params {
  if (!isOver(call)) return {};
  const seconds = durationS(call);
  return {
    CallDuration: String(seconds),
    Duration: String(Math.ceil(seconds / 60)),
    [sipCodeName]: String(call.sipResponseCode ?? 200),
  };
}
