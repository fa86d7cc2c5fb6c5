// What nock cannot show: servers on the loopback that trickle, break off or are not there.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import nock from 'nock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALL, closeNetwork, FROM, network, openNetwork, REQUEST } from './support.ts';

const servers: Server[] = [];

beforeEach(() => {
  closeNetwork();
  nock.enableNetConnect('127.0.0.1');
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  openNetwork();
});

/** A server that counts requests for `answer`; its base URL. */
async function serve(answer: RequestListener): Promise<{ apiBaseUrl: string; requests: { made: number } }> {
  const requests = { made: 0 };
  const server = createServer((request, response) => {
    requests.made += 1;
    answer(request, response);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { apiBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Blanks without end, which JSON allows: a socket that is never silent. */
const trickle: RequestListener = async (_request, response) => {
  response.writeHead(201, { 'Content-Type': 'application/json' });
  while (!response.destroyed) {
    response.write(' ');
    await setImmediate();
  }
};

test('ends a request at its deadline, however much still trickles in', async () => {
  const { apiBaseUrl, requests } = await serve(trickle);
  const phones = network({ apiBaseUrl, requestTimeoutMs: 1500 });
  expect(await phones.placeCall(REQUEST)).toEqual({ kind: 'unknown', errorCode: 'ETIMEDOUT' });
  expect(requests.made).toBe(1);
  await expect(phones.fetchCall({ callId: CALL, lineNumber: FROM })).rejects.toMatchObject({
    errorCode: 'ETIMEDOUT',
  });
});

test('leaves open whether there is a call where the answer breaks off, and asks once', async () => {
  const { apiBaseUrl, requests } = await serve((_request, response) => {
    response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': '500' });
    response.write('{"sid":"CA1', () => response.destroy());
  });
  expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toMatchObject({ kind: 'unknown' });
  expect(requests.made).toBe(1);
});

test('leaves open whether there is a call where the connection closes without an answer, and asks once', async () => {
  const { apiBaseUrl, requests } = await serve((request) => request.destroy());
  expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toEqual({
    kind: 'unknown',
    errorCode: 'ECONNRESET',
  });
  expect(requests.made).toBe(1);
});

test('leaves open whether there is a call where the server switches protocols', async () => {
  const { apiBaseUrl } = await serve((_request, response) => {
    response.writeHead(101, { Connection: 'Upgrade', Upgrade: 'websocket' }).end();
  });
  expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toMatchObject({ kind: 'unknown' });
});

test('is safe to repeat later where nobody listens', async () => {
  const { apiBaseUrl } = await serve((_request, response) => response.end());
  await new Promise((closed) => servers.pop()?.close(closed));
  const expected = { kind: 'tryLater', errorCode: 'ECONNREFUSED', alarm: false };
  expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toEqual(expected);
});

test('gives a connection up before a server does that says how long it keeps one', async () => {
  const { apiBaseUrl } = await serve((_request, response) => {
    response
      .writeHead(201, { 'Content-Type': 'application/json', 'Keep-Alive': 'timeout=2' })
      .end(JSON.stringify({ sid: CALL, status: 'queued' }));
  });
  const [server] = servers;
  // Only the client closes it.
  if (server) server.keepAliveTimeout = 0;
  const gone = Promise.withResolvers<void>();
  server?.once('connection', (socket) => socket.once('close', () => gone.resolve()));
  expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toMatchObject({ kind: 'accepted' });
  await gone.promise;
});

test('reads a real answer', async () => {
  const { apiBaseUrl } = await serve((_request, response) => {
    response
      .writeHead(201, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ sid: CALL, status: 'queued' }));
  });
  expect(await network({ apiBaseUrl }).placeCall(REQUEST)).toEqual({
    kind: 'accepted',
    callId: CALL,
    status: 'queued',
  });
});
