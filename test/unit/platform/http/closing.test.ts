import { once } from 'node:events';
import { Agent, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import { listen } from '../../../../src/platform/http/http-server.ts';
import { type Sample, send, startSample } from '../../../support/sample-service.ts';
import { streamSet, webhookSet } from './other-sets.ts';

const keptAlive = new Agent({ keepAlive: true });
let service: Sample;
afterEach(async () => {
  await service.close(0);
  keptAlive.destroy();
});

/** Lets the test decide when `GET /v1/birds/:id` is answered. */
function holdReading(): { started: Promise<void>; finish: () => void } {
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  service.hooks.whenRead = () => {
    started.resolve();
    return finished.promise;
  };
  return { started: started.promise, finish: finished.resolve };
}

describe('closing', () => {
  test('lets a running request end, takes no more, and leaves no connection open', async () => {
    service = await startSample();
    const held = holdReading();
    const answered = send(service, 'GET', '/v1/birds/b1', { agent: keptAlive });
    await held.started;
    const closed = service.close(60_000);
    await expect(send(service, 'GET', '/openapi.json')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    held.finish();
    expect(await answered).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
  });

  test('does not wait for connections that are kept alive without a request', async () => {
    service = await startSample();
    await send(service, 'GET', '/v1/birds/b1', { agent: keptAlive });
    await service.close(60_000);
  });

  test('ends a connection whose answer had begun before', async () => {
    const begun = Promise.withResolvers<ServerResponse>();
    const slowly = (res: ServerResponse) => {
      res.write('first ');
      begun.resolve(res);
    };
    service = await startSample([streamSet('/slow', slowly)]);
    const answered = send(service, 'GET', '/slow', { agent: keptAlive });
    const res = await begun.promise;
    const closed = service.close(60_000);
    res.end('last');
    expect((await answered).text).toBe('first last');
    await closed;
  });

  test('answers a request whose headers were on their way, and ends its connection', async () => {
    service = await startSample();
    const socket = connect(service.port, '127.0.0.1').setEncoding('utf8');
    const received: string[] = [];
    socket.on('data', (part: string) => void received.push(part));
    socket.write('GET /v1/birds/b1 HTTP/1.1\r\nHost: x\r\nAuthorization: ');
    await send(service, 'GET', '/openapi.json');
    const closed = Promise.all([service.close(60_000), once(socket, 'close')]);
    socket.write('Bearer sesame\r\n\r\n');
    await closed;
    expect(received.join('')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^{]*Connection: close\r\n/);
  });

  test('cuts what has not ended at the limit', async () => {
    service = await startSample();
    const held = holdReading();
    const answered = send(service, 'GET', '/v1/birds/b1');
    const cut = expect(answered).rejects.toMatchObject({ code: 'ECONNRESET' });
    await held.started;
    await service.close(50);
    await cut;
    held.finish();
  });

  test('may be asked for twice', async () => {
    service = await startSample();
    await Promise.all([service.close(1_000), service.close(1_000)]);
    await service.close(1_000);
  });
});

describe('a service that is stopping', () => {
  test('refuses /v1, says when to ask again, and ends the connection', async () => {
    service = await startSample();
    service.draining = true;
    for (const path of ['/v1/birds/b1', '/v1/nothing']) {
      expect(await send(service, 'GET', path, { agent: keptAlive })).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', connection: 'close', 'cache-control': 'no-store' },
        json: { code: 'service.stopping' },
      });
    }
  });

  test('still answers webhooks, and ends their connections', async () => {
    service = await startSample([webhookSet({ '/webhooks': async () => 'ok' })]);
    service.draining = true;
    const answer = await send(service, 'POST', '/webhooks', { agent: keptAlive });
    expect(answer).toMatchObject({ status: 200, text: 'ok', headers: { connection: 'close' } });
  });

  test('lets a request that came before end', async () => {
    service = await startSample();
    const held = holdReading();
    const answered = send(service, 'GET', '/v1/birds/b1');
    await held.started;
    service.draining = true;
    held.finish();
    expect((await answered).status).toBe(200);
  });
});

describe('listening', () => {
  test('tells its address', async () => {
    service = await startSample();
    expect(service.url).toBe(`http://127.0.0.1:${service.port}`);
    expect((await fetch(`${service.url}/openapi.json`)).status).toBe(200);
  });

  test('says which address is taken', async () => {
    service = await startSample();
    const again = listen(express(), { host: '127.0.0.1', port: service.port });
    await expect(again).rejects.toThrow(`Cannot listen on 127.0.0.1, port ${service.port}`);
  });
});

describe('a client that dawdles', () => {
  const start = 'POST /v1/birds HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sesame\r\n';

  test.each([
    ['its headers', `${start}X-Slow: `],
    ['its body', `${start}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"species":`],
  ])('is cut off when it never ends %s, and holds up no other', async (_what, text) => {
    service = await startSample(undefined, { headersMs: 500, requestMs: 500 });
    const socket = connect(service.port, '127.0.0.1');
    const received: string[] = [];
    const closed = Promise.withResolvers<void>();
    socket.setEncoding('utf8').on('data', (part: string) => void received.push(part));
    socket.on('close', () => closed.resolve());
    socket.write(text);
    expect((await send(service, 'GET', '/v1/birds/b1')).status).toBe(200);
    await closed.promise;
    expect(received.join('')).toMatch(/^HTTP\/1\.1 408 /);
  });
});
