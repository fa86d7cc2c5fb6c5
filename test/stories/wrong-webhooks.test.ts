// Webhooks that the phone network did not send, or that make no sense, while somebody is on the line: none changes
// anything, and the person goes on hearing the prompt.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseXml } from '../../src/providers/twilio/twiml/xml.ts';
import { worldOn } from '../support/open-worlds.ts';
import { send } from '../support/sample-service.ts';
import { signedForm, tapNetwork } from './network-tap.ts';
import { refusalOf } from './refusal.ts';
import { readState } from './stored-text.ts';

/** Webhooks that are answered with a document, and those that only report. */
const PLAYING = ['answer', 'fallback', 'digits', 'silence'];
const REPORTING = ['status', 'machine'];
const ALL = [...PLAYING, ...REPORTING];
const NOBODY = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';

const tap = tapNetwork();
afterAll(() => tap.close());
const { world } = worldOn('embedded');
let verification: { id: string };
let attempt: { id: string; callId: string };
let before: Awaited<ReturnType<typeof readState>>;

/** Somebody has picked up and listens to the prompt; from here on the time stands still. */
beforeAll(async () => {
  world.time.pause();
  verification = await world.request('silence');
  await vi.waitFor(() => expect(world.simulator.calls()).toHaveLength(1), 10_000);
  await world.time.advance(6_000);
  expect(await world.read(verification.id)).toMatchObject({ state: 'answered' });
  const { id, callId } = await world.db.selectFrom('callAttempt').selectAll().executeTakeFirstOrThrow();
  attempt = { id, callId: callId ?? '' };
  before = await readState(world);
});

const pathOf = (name: string, attemptId = attempt.id) =>
  `/webhooks/calls/${attemptId}/${name}?locale=sv-SE&round=1`;
/** What would decide the call, whichever webhook it came with. */
const deciding = () => ({
  CallSid: attempt.callId,
  Digits: '#',
  CallStatus: 'completed',
  SequenceNumber: '9',
  AnsweredBy: 'machine_start',
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const here = (path: string) => `${world.service.url}${path}`;

describe.each(ALL)('the webhook "%s" is refused', (name) => {
  const refused = (headers: Record<string, string>, body: string | Buffer, path = pathOf(name)) =>
    refusalOf(world, { path, headers: { authorization: [], ...headers }, body });

  test('without a signature', async () => {
    const answer = await refused(form, new URLSearchParams(deciding()).toString());
    expect(answer).toMatchObject({ status: 400, json: { code: 'webhook.unsigned' } });
  });

  test('with an API key instead of a signature', async () => {
    const headers = { ...form, authorization: `Bearer ${world.key}` };
    expect(await refused(headers, new URLSearchParams(deciding()).toString())).toMatchObject({ status: 400 });
  });

  test.each<[what: string, token: () => string, url: (path: string) => string]>([
    ['with another token', () => 'f'.repeat(32), here],
    ['with the name of the account', () => tap.account().sid, here],
    ['for another host', () => tap.account().token, (path) => `https://elsewhere.example${path}`],
    ['for another webhook', () => tap.account().token, (path) => here(path.replace(name, 'other'))],
    ['for another call', () => tap.account().token, () => here(pathOf(name, NOBODY))],
    ['for another question', () => tap.account().token, (path) => here(path.replace('round=1', 'round=2'))],
    ['without the query', () => tap.account().token, (path) => here(path.replace(/\?.*/, ''))],
  ])('when signed %s', async (_what, token, url) => {
    const { headers, body } = signedForm(token(), url(pathOf(name)), deciding());
    expect(await refused(headers, body)).toMatchObject({
      status: 403,
      json: { code: 'webhook.wrongSignature' },
    });
  });

  test('when what it says was changed, added or left out after signing', async () => {
    const { headers, body } = signedForm(tap.account().token, here(pathOf(name)), deciding());
    const changed = [body.replace('%23', '1'), `${body}&Digits=1`, `${body}&X=`, body.slice(0, 40), ''];
    for (const each of changed) expect(await refused(headers, each)).toMatchObject({ status: 403 });
  });

  test.each<[what: string, status: number, headers: Record<string, string>, body: string]>([
    ['large', 413, form, `Digits=${'#'.repeat(100_000)}`],
    ['in an unknown charset', 415, { 'content-type': 'text/plain; charset=klingon' }, 'Digits=%23'],
    ['in an unknown compression', 415, { ...form, 'content-encoding': 'klingon' }, 'Digits=%23'],
  ])('when its body is %s', async (_what, status, headers, body) => {
    expect(await refused({ ...headers, 'x-twilio-signature': 'x' }, body)).toMatchObject({ status });
  });
});

/** What the network would sign although no network would send it. */
const GARBAGE: Record<string, string>[] = [
  {},
  { CallSid: '' },
  { CallSid: '../../Calls', Digits: '#' },
  { CallSid: 'CA\u0000', Digits: '\u0000' },
  { CallSid: 'C'.repeat(10_000), CallStatus: 'completed' },
  { CallSid: 'CA0', Digits: '🤖'.repeat(20), CallStatus: 'levitating', AnsweredBy: '' },
  { CallSid: 'CA0', CallStatus: 'completed', SequenceNumber: '-1', AnsweredBy: 'x'.repeat(65) },
  { CallSid: 'CA0', CallStatus: 'completed', SipResponseCode: 'NaN', AnsweredBy: '' },
  { __proto__: 'x', constructor: 'y', hasOwnProperty: 'z' },
];

async function sendSigned(path: string, fields: Record<string, string>) {
  const { headers, body } = signedForm(tap.account().token, here(path), fields);
  const port = Number(new URL(world.service.url ?? '').port);
  return send({ port }, 'POST', path, { headers: { authorization: [], ...headers }, body });
}

describe.each(PLAYING)('the signed webhook "%s" with garbage inside', (name) => {
  test.each<[what: string, path: () => string]>([
    ['about the call', () => pathOf(name)],
    ['about no call', () => pathOf(name, NOBODY)],
    ['about no id', () => pathOf(name, '%00')],
    [
      'with a nonsense address',
      () => `/webhooks/calls/x/${name}?locale[]=%00&round=-1&try=1e9&key=%23%23&key=1`,
    ],
    ['without a query', () => `/webhooks/calls/${attempt.id}/${name}`],
  ])('is answered with a document that ends the call: %s', async (_what, path) => {
    for (const fields of GARBAGE) {
      const { status, headers, text } = await sendSigned(path(), fields);
      expect({ status, type: headers['content-type'] }).toEqual({
        status: 200,
        type: 'text/xml; charset=utf-8',
      });
      const root = parseXml(text);
      expect(root).toMatchObject({ root: { name: 'Response' } });
      expect(text).toContain('<Hangup/>');
    }
  });

  test('is told that another call than its own is over', async () => {
    const { text } = await sendSigned(pathOf(name), { CallSid: 'CAother', Digits: '#' });
    expect(text).toContain('<Hangup/>');
    expect(text).not.toContain('<Gather');
  });
});

describe.each(REPORTING)('the signed webhook "%s"', (name) => {
  test('with garbage inside is refused, naming the fields', async () => {
    for (const fields of GARBAGE) {
      const { headers, body } = signedForm(tap.account().token, here(pathOf(name)), fields);
      const answer = await refusalOf(world, { path: pathOf(name), headers, body });
      expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
      expect(answer.fields.length).toBeGreaterThan(0);
    }
  });

  test('about an unknown call, or another than its own, is taken and changes nothing', async () => {
    for (const path of [pathOf(name, NOBODY), pathOf(name, 'x'), pathOf(name)])
      expect(await sendSigned(path, { ...deciding(), CallSid: 'CAother' })).toMatchObject({ status: 204 });
  });
});

test('the call is as it was, and goes on to its own end', async () => {
  expect(await readState(world)).toEqual(before);
  world.time.resume();
  await world.settle();
  expect(await world.read(verification.id)).toMatchObject({ state: 'finished', outcome: 'noInput' });
  expect(world.simulator.calls()).toHaveLength(1);
});
