/** Reads the form of `POST Calls.json` and refuses what Twilio refuses (Twilio, Call resource: create). */
import type { Dialect } from './dialect.ts';
import { RestError, refusal } from './rest-errors.ts';

/** A form body: repeated names come as lists. */
export type Form = Record<string, string | string[] | undefined>;

/** Where a document or a callback is fetched. */
export interface Address {
  url: string;
  method: 'GET' | 'POST';
}

/** The four events that a status callback can report. */
const STATUS_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
/** One of the events. */
export type StatusEvent = (typeof STATUS_EVENTS)[number];

/** A call that was asked for, with defaults filled in. Durations are seconds. */
export interface CallRequest {
  accountSid: string;
  to: string;
  from: string;
  /** The first document: an address or the document itself. */
  document: Address | { twiml: string };
  fallback: Address | null;
  status: (Address & { events: StatusEvent[] }) | null;
  sendDigits: string;
  timeoutS: number;
  timeLimitS: number;
  machineDetection: null | {
    endOfMessage: boolean;
    /** Told while the document plays; null: detection comes first and delays the document. */
    async: { callback: Address | null } | null;
  };
}

const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * The request in `form`. `callerIds`, when given, are the only numbers that may call. `warn` hears of what
 * Twilio accepts and then ignores. Throws `RestError` with Twilio's number for what it refuses.
 */
export function readCallRequest(
  form: Form,
  options: {
    accountSid: string;
    callerIds: readonly string[] | null;
    dialect: Dialect;
    pricePerMinute: number;
    warn: (code: number, message: string) => void;
  },
): CallRequest {
  const to = readTo(form);
  const { dialect } = options;
  checkPrice(form, options.pricePerMinute);
  return {
    accountSid: options.accountSid,
    to,
    from: readFrom(form, to, options.callerIds),
    document: readDocument(form),
    fallback: readAddress(form, 'FallbackUrl', 'FallbackMethod', 21205),
    status: readStatusCallback(form, options.warn),
    sendDigits: readSendDigits(form, dialect),
    timeoutS: readTimeout(form),
    timeLimitS: (dialect.hasTimeLimit ? positiveInteger(text(form, 'TimeLimit')) : null) ?? 4 * 60 * 60,
    machineDetection: readMachineDetection(form, options.warn),
  };
}

/** The form of a request; an empty one where it has none. */
export function formOf({ body }: { body?: unknown }): Form {
  return (body ?? {}) as Form;
}

/** The first value of a field, or '' when it is missing. */
export function text(form: Form, name: string): string {
  const value = form[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** The document named by `Url` and `Method`, or given in `Twiml`; null when there is neither. `Url` wins (Twilio, create). */
export function readGivenDocument(form: Form): CallRequest['document'] | null {
  const address = readAddress(form, 'Url', 'Method', 21205);
  if (address) return address;
  const twiml = text(form, 'Twiml');
  if (twiml.length > 4000) throw refusal(32018, 'Twiml is longer than 4000 characters');
  return twiml ? { twiml } : null;
}

function readTo(form: Form): string {
  const to = text(form, 'To');
  if (!to) throw refusal(21201, "No 'To' number is specified");
  if (!E164.test(to))
    throw refusal(21211, `The phone number you are attempting to call, ${to}, is not valid.`);
  return to;
}

function readFrom(form: Form, to: string, callerIds: readonly string[] | null): string {
  const from = text(form, 'From');
  if (!from) throw refusal(21213, "No 'From' number is specified");
  if (!E164.test(from))
    throw refusal(21212, `The 'From' number ${from} is not a valid phone number or caller ID.`);
  if (callerIds && !callerIds.includes(from))
    throw refusal(21210, `The source phone number provided, ${from}, is not yet verified for your account.`);
  if (from === to) throw refusal(21211, "'To' and 'From' are the same number");
  return from;
}

function readDocument(form: Form): CallRequest['document'] {
  if (text(form, 'ApplicationSid')) throw refusal(21218, 'The simulator has no applications; give a Url');
  const document = readGivenDocument(form);
  if (!document) throw refusal(21205, 'Url parameter is required.');
  return document;
}

/** The address in a field and its method in another, or null. Throws `RestError` `code` for one that cannot be called. */
export function readAddress(form: Form, name: string, methodName: string, code: number): Address | null {
  const url = text(form, name);
  if (!url) return null;
  if (!isWebAddress(url)) throw refusal(code, `${name} is not a valid URL: ${url}`);
  return { url, method: readMethod(form, methodName) };
}

/** Twilio: host names with an underscore are refused. */
function isWebAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'http:' || protocol === 'https:') && !hostname.includes('_');
}

function readMethod(form: Form, name: string): 'GET' | 'POST' {
  const method = text(form, name) || 'POST';
  if (method === 'GET' || method === 'POST') return method;
  throw refusal(21209, `${name} must be GET or POST, not ${method}`);
}

/** No event asked for means only `completed`; a wrong one is accepted and silences all of them (warning 21626). */
function readStatusCallback(
  form: Form,
  warn: (code: number, message: string) => void,
): CallRequest['status'] {
  const address = readAddress(form, 'StatusCallback', 'StatusCallbackMethod', 21609);
  if (!address) return null;
  const asked = [form.StatusCallbackEvent ?? 'completed'].flat();
  const events = asked.filter((event): event is StatusEvent => STATUS_EVENTS.includes(event as StatusEvent));
  if (events.length === asked.length) return { ...address, events };
  warn(21626, `StatusCallbackEvent ${asked.join(' ')} is not valid: there will be no status callbacks`);
  return { ...address, events: [] };
}

/** At most 32 of `0-9 A-D # * w W` (Twilio, create: SendDigits). */
function readSendDigits(form: Form, dialect: Dialect): string {
  const digits = text(form, 'SendDigits');
  if (dialect.sendDigits.test(digits)) return digits;
  throw refusal(
    21206,
    `SendDigits holds something else than 0-9 A-D # * w W, or more than 32 characters: ${digits}`,
  );
}

/** Ringing time, 60 s unless given, at most 600 s. */
function readTimeout(form: Form): number {
  const given = text(form, 'Timeout');
  if (!given) return 60;
  const seconds = positiveInteger(given);
  if (seconds === null || seconds > 600)
    throw refusal(21208, `Timeout must be 1 to 600 seconds, not ${given}`);
  return seconds;
}

/** SignalWire, create: MaxPricePerMinute; its error 30010. */
function checkPrice(form: Form, pricePerMinute: number): void {
  const most = text(form, 'MaxPricePerMinute');
  if (most !== '' && Number(most) < pricePerMinute)
    throw refusal(30010, `MaxPricePerMinute was exceeded: a minute costs ${pricePerMinute}`);
}

function positiveInteger(given: string): number | null {
  return /^\d+$/.test(given) && Number(given) > 0 ? Number(given) : null;
}

/** Twilio: SendDigits switches machine detection off; AsyncAmd without a callback address is a warning (21262). */
function readMachineDetection(
  form: Form,
  warn: (code: number, message: string) => void,
): CallRequest['machineDetection'] {
  const wanted = text(form, 'MachineDetection');
  if (!wanted) return null;
  if (wanted !== 'Enable' && wanted !== 'DetectMessageEnd')
    throw new RestError(400, 21263, `MachineDetection must be Enable or DetectMessageEnd, not ${wanted}`);
  const callback = readAddress(form, 'AsyncAmdStatusCallback', 'AsyncAmdStatusCallbackMethod', 21609);
  if (text(form, 'SendDigits')) return null;
  const async = text(form, 'AsyncAmd') === 'true';
  if (async && !callback)
    warn(21262, 'AsyncAmd without AsyncAmdStatusCallback: nobody hears what was detected');
  return { endOfMessage: wanted === 'DetectMessageEnd', async: async ? { callback } : null };
}
