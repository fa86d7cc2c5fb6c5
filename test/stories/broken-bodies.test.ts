// Clients that break off what they send, or send what cannot be read: no fault of ours, so no stack in the log.
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { OPERATOR, OPS } from '../support/operator.ts';
import { SOON } from '../support/own-time.ts';
import { ANY_STORE } from '../support/stores.ts';

const { world } = worldOn(ANY_STORE, { config: { ops: OPS } });
const WEBHOOK = '/webhooks/calls/6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c/answer';
const API = '/v1/verifications';
const PAUSE = '/board/api/queues/verifications/pause';
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const basic = `Basic ${Buffer.from(`${OPERATOR.user}:${OPERATOR.password}`).toString('base64')}`;

const BODIES: [what: string, method: string, path: string, headers: Record<string, string>, body: string][] =
  [
    ['JSON, with a key', 'POST', API, { ...json, authorization: 'KEY', 'content-length': '100' }, '{"a"'],
    ['JSON, without a key', 'POST', API, { ...json, 'content-length': '100' }, '{"a"'],
    [
      'JSON in pieces',
      'POST',
      API,
      { ...json, authorization: 'KEY', 'transfer-encoding': 'chunked' },
      '5\r\n{"a"',
    ],
    ['JSON in odd pieces', 'POST', API, { ...json, 'transfer-encoding': 'chunked' }, 'zz\r\n{"a"'],
    ['nothing but a promise', 'POST', API, { ...json, expect: '100-continue', 'content-length': '9' }, ''],
    ['a form', 'POST', WEBHOOK, { ...form, 'content-length': '100' }, 'Digits='],
    ['a form in pieces', 'POST', WEBHOOK, { ...form, 'transfer-encoding': 'chunked' }, '9\r\nDigi'],
    [
      'a compressed form',
      'POST',
      WEBHOOK,
      { ...form, 'content-encoding': 'gzip', 'content-length': '4' },
      'abcd',
    ],
    [
      'half a compressed form',
      'POST',
      WEBHOOK,
      { ...form, 'content-encoding': 'br', 'content-length': '99' },
      'ab',
    ],
    [
      'a form that deflates',
      'POST',
      WEBHOOK,
      { ...form, 'content-encoding': 'deflate', 'content-length': '2' },
      'xx',
    ],
    [
      'a change on the board',
      'PUT',
      PAUSE,
      { ...json, authorization: basic, 'content-length': '99' },
      '{"a"',
    ],
  ];

test.each(BODIES)('%s: the client is told, or gone', async (what, method, path, headers, body) => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const requestId = `${what.replaceAll(/\W/g, '-')}.${end}`;
    const base = path === PAUSE ? world.service.opsUrl : (world.service.url ?? '');
    const given = { host: 'localhost', 'x-request-id': requestId, ...headers };
    const lines = Object.entries(given).map(
      ([name, value]) => `${name}: ${value === 'KEY' ? `Bearer ${world.key}` : value}\r\n`,
    );
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    const isLogged = () => world.log.some((line) => line.includes(requestId));
    // The request has begun when its line, or an answer, is there after the end.
    await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0), SOON);
    socket[end]();
    await closed;
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 (100|4\d\d) /);
    if (end === 'end') await vi.waitFor(() => expect(isLogged() || answer !== '').toBe(true), SOON);
  }
  await world.api('GET', '/v1/policy');
  const faults = world.log.filter((line) => /"level":"(warn|error)"|service\.internal|"stack"/.test(line));
  expect(faults).toEqual([]);
});
