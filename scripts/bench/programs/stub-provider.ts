// A phone network that does as little as possible, the same for all contenders: it takes a call by Twilio's REST API,
// lets it ring, fetches the answer document, presses #, and posts the status callbacks that were asked for, all signed. Texts it
// delivers, and reports their codes.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import twilio from 'twilio/lib/webhooks/webhooks.js';
import { createHttpClient, formPost } from '../http-client.ts';
import { ofNumber } from '../identity.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { FromProvider, ToProvider } from './messages.ts';

const [port = '0', authToken = '', accountSid = ''] = process.argv.slice(2);
/** How long a phone rings, and how long a person takes to press the key. Short, so that the contenders are the limit. */
const RING_MS = 5;
const KEY_MS = 5;
const MOST_DOCUMENTS = 5;

const send = createHttpClient();
const report = (message: FromProvider) => process.send?.(message);
const pressed = new Set<string>();
let holdsCalls = false;
let calls = 0;
let texts = 0;
const textResource = {
  status: 'queued',
  account_sid: accountSid,
  date_created: new Date().toUTCString(),
  error_code: null,
};

process.on('message', (message: ToProvider) => {
  holdsCalls = message.holdsCalls;
});
process.on('disconnect', () => process.exit());

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(Number(port), '127.0.0.1');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await text(request));
  const isText = /\/Messages\.json/.test(request.url ?? '');
  const [, callId] = /\/Calls\/(\w+)\.json/.exec(request.url ?? '') ?? [];
  if (callId) return json(response, 200, callResource(callId, pressed.has(callId) ? 'completed' : 'ringing'));
  if (request.method === 'GET') return json(response, 200, { calls: [], page: 0, page_size: 1 });
  if (isText) return takeText(form, response);
  calls += 1;
  const created = `CA${calls.toString(16).padStart(32, '0')}`;
  report({ kind: 'placed', n: ofNumber(form.get('To') ?? ''), at: wallClockMs() });
  json(response, 201, callResource(created, 'queued'));
  ring(created, form).catch((error: unknown) => console.error(error));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function callResource(sid: string, status: string) {
  return { sid, status, account_sid: accountSid, date_created: new Date().toUTCString(), answered_by: null };
}

/** A text from its acceptance to its delivery. */
function takeText(form: URLSearchParams, response: ServerResponse): void {
  texts += 1;
  const [to, from, body] = ['To', 'From', 'Body'].map((name) => form.get(name) ?? '');
  const sid = `SM${texts.toString(16).padStart(32, '0')}`;
  const n = ofNumber(to ?? '');
  report({ kind: 'placed', n, at: wallClockMs() });
  json(response, 201, { ...textResource, sid, to, from, body });
  const address = form.get('StatusCallback');
  const told = { MessageSid: sid, SmsSid: sid, AccountSid: accountSid, To: to ?? '', From: from ?? '' };
  const tell = (status: string) =>
    address === null ? null : post(address, { ...told, MessageStatus: status, SmsStatus: status });
  const deliver = async () => {
    await tell('sent');
    await pause(RING_MS);
    const code = /\b\d{6}\b/.exec(body ?? '')?.[0] ?? '';
    report({ kind: 'text', n, at: wallClockMs(), code });
    await tell('delivered');
  };
  deliver().catch((error: unknown) => console.error(error));
}

/** A call from its first ringing to its end. */
async function ring(callId: string, form: URLSearchParams): Promise<void> {
  const n = ofNumber(form.get('To') ?? '');
  const address = form.get('Url') ?? '';
  const call = {
    CallSid: callId,
    AccountSid: accountSid,
    To: form.get('To') ?? '',
    From: form.get('From') ?? '',
  };
  const callback = createCallbacks(form, call);
  callback('initiated', 'initiated');
  await pause(RING_MS);
  callback('ringing', 'ringing');
  if (holdsCalls) return void report({ kind: 'held', n, address, callId });
  const question = await fetchDocument(address, { ...call, CallStatus: 'in-progress' });
  callback('answered', 'in-progress');
  await pause(KEY_MS);
  const action = attributeOf(question, 'Gather', 'action');
  report({ kind: 'key', n, at: wallClockMs() });
  await fetchDocument(new URL(action, address).href, { ...call, CallStatus: 'in-progress', Digits: '#' });
  pressed.add(callId);
  callback('completed', 'completed');
}

/** Status callbacks go out beside the call and are not waited for. Twilio: without events, `completed` is reported. */
function createCallbacks(form: URLSearchParams, call: Record<string, string>) {
  const events = form.has('StatusCallbackEvent') ? form.getAll('StatusCallbackEvent') : ['completed'];
  const address = form.get('StatusCallback');
  let sequence = 0;
  return (event: string, status: string) => {
    if (address === null || !events.includes(event)) return;
    const fields = {
      ...call,
      CallStatus: status,
      SequenceNumber: `${sequence++}`,
      CallbackSource: 'call-progress-events',
    };
    post(address, fields).catch((error: unknown) => console.error(error));
  };
}

/** Follows documents that do nothing but lead to another one after a pause. */
async function fetchDocument(address: string, fields: Record<string, string>): Promise<string> {
  let from = address;
  for (let count = 0; count < MOST_DOCUMENTS; count += 1) {
    const document = await post(from, fields);
    const [, next] = /<Redirect[^>]*>([^<]+)</.exec(document) ?? [];
    if (next === undefined || document.includes('<Gather')) return document;
    await pause(Number(/<Pause length="(\d+)"/.exec(document)?.[1] ?? 0) * 1000);
    from = new URL(plainText(next), from).href;
  }
  throw new Error(`${address} leads on and on`);
}

async function post(address: string, fields: Record<string, string>): Promise<string> {
  // What follows # are Twilio's connection overrides: never sent, never signed.
  const url = address.split('#')[0] ?? '';
  const signature = twilio.getExpectedTwilioSignature(authToken, url, fields);
  const { options, body } = formPost(fields, { 'X-Twilio-Signature': signature });
  const answered = await send(url, options, body);
  if (answered.status >= 300)
    throw new Error(`${new URL(url).pathname} answered ${answered.status}: ${answered.body}`);
  return answered.body;
}

function attributeOf(document: string, element: string, attribute: string): string {
  const [, value] = new RegExp(`<${element}[^>]* ${attribute}="([^"]*)"`).exec(document) ?? [];
  if (value === undefined) throw new Error(`no ${element} with ${attribute} in ${document}`);
  return plainText(value);
}

function plainText(xml: string): string {
  return xml.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&');
}
