import { createConnection } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ServiceError } from '../../../../src/errors.ts';
import { routeDefiner } from '../../../../src/platform/http/route.ts';
import { SOON } from '../../../support/own-time.ts';
import { post, type Sample, send, startSample } from '../../../support/sample-service.ts';
import { webhookSet } from './other-sets.ts';

const webhooks = webhookSet({
  '/webhooks/:id': async () => '<Response/>',
  '/webhooks/:id/broken': () => Promise.reject(new Error('inside text')),
});
let service: Sample;
beforeAll(async () => {
  service = await startSample([webhooks]);
});
beforeEach(() => {
  service.hooks.whenRead = async () => undefined;
  service.logged.length = 0;
});
afterAll(() => service.close(1_000));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The one line of the request log, once it is there. */
function requestLine(): Promise<Record<string, unknown>> {
  return vi.waitFor(() => {
    const lines = service.logged.filter((line) => 'route' in line);
    expect(lines).toHaveLength(1);
    return lines[0] ?? {};
  }, SOON);
}

describe('a request that is right', () => {
  test('is answered with the status, body and headers of its route', async () => {
    const answer = await post(service, '/v1/birds', { species: 'wren' }, { 'idempotency-key': 'k1' });
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: '/v1/birds/b1', 'content-type': 'application/json; charset=utf-8' },
      json: { id: 'b1', species: 'wren', count: 1, caller: 'ornithologist', key: 'k1' },
    });
  });

  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON'])(
    'may name its type %s',
    async (type) => {
      expect((await post(service, '/v1/birds', { species: 'wren' }, { 'content-type': type })).status).toBe(
        201,
      );
    },
  );

  test('keeps text of all kinds as it is', async () => {
    const species = 'Grå häger 🦆 \u202e\t';
    expect((await post(service, '/v1/birds', { species })).json.species).toBe(species);
  });

  test('gets no field that its schema does not name', async () => {
    const answer = await send(service, 'GET', '/v1/birds/b%C3%A5?lang=sv&depth=2');
    expect(answer.json).toEqual({ id: 'bå', species: 'wren' });
    expect(answer.text).not.toContain('bridge');
  });

  test('is answered to HEAD without a body', async () => {
    expect(await send(service, 'HEAD', '/v1/birds/b1')).toMatchObject({ status: 200, text: '' });
  });

  test('is not stored on its way, and says nothing of the machinery', async () => {
    const { headers } = await send(service, 'GET', '/v1/birds/b1');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect((await send(service, 'GET', '/v1/nothing')).headers['cache-control']).toBe('no-store');
  });
});

describe('a problem', () => {
  test('has the form of RFC 9457', async () => {
    const answer = await post(service, '/v1/birds', { species: 'wren', wings: 2 }, { 'x-request-id': 'abc' });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toEqual({
      type: 'urn:poundkey:problem:request.invalid',
      title: 'The request is not valid',
      status: 400,
      detail: expect.stringMatching(/Correct them/),
      instance: 'urn:poundkey:request:abc',
      code: 'request.invalid',
      errors: [{ field: '/wings', rule: 'This field is not known; leave it out.' }],
    });
  });

  test('says what the handler says, and when to ask again', async () => {
    service.hooks.whenRead = async () => {
      const problems = [{ field: '/number', rule: 'This must ring.' }];
      throw new ServiceError('number.invalid', 'It does not ring.', {
        problems,
        retryAfterS: 2.2,
        cause: new Error('inside'),
      });
    };
    const answer = await send(service, 'GET', '/v1/birds/b1');
    expect(answer).toMatchObject({
      status: 422,
      headers: { 'retry-after': '3' },
      json: {
        code: 'number.invalid',
        detail: 'It does not ring.',
        errors: [{ field: '/number', rule: 'This must ring.' }],
      },
    });
    expect(answer.text).not.toContain('inside');
  });

  test.each<[string, unknown]>([
    ['an error', new Error('inside text', { cause: new Error('inside cause') })],
    [
      'an error with a status of its own',
      Object.assign(new Error('inside text'), { status: 404, expose: true }),
    ],
    [
      'a broken schema',
      new z.ZodError([{ code: 'custom', path: ['inside'], message: 'inside text', input: 1 }]),
    ],
    ['a text', 'inside text'],
    ['nothing', undefined],
    ['a broken query of the database', Object.assign(new Error('inside text'), { code: '42P01' })],
  ])('shows nothing of %s', async (_what, thrown) => {
    service.hooks.whenRead = () => Promise.reject(thrown);
    const answer = await send(service, 'GET', '/v1/birds/b1');
    expect(answer).toMatchObject({ status: 500, json: { code: 'service.internal' } });
    expect(answer.text).not.toMatch(/inside (text|cause)|\bat .*\.ts/);
  });

  test('of an unknown error is logged with its cause under the request id', async () => {
    service.hooks.whenRead = () => Promise.reject(new Error('disk on fire', { cause: new Error('match') }));
    const answer = await send(service, 'GET', '/v1/birds/b1');
    const line = service.logged.find((entry) => entry.msg === 'request failed');
    expect(line).toMatchObject({
      level: 50,
      requestId: answer.headers['x-request-id'],
      code: 'service.internal',
    });
    expect(JSON.stringify(line)).toContain('disk on fire');
  });

  test.each<[string, Error]>([
    ['nobody listening', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['a cut connection', Object.assign(new Error('x'), { code: 'ECONNRESET' })],
    ['no answer', Object.assign(new Error('x'), { code: 'ETIMEDOUT' })],
    [
      'several addresses, none listening',
      new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]),
    ],
    [
      'a cause underneath',
      new Error('x', { cause: Object.assign(new Error('y'), { code: 'ECONNREFUSED' }) }),
    ],
    ['a database that shuts down', Object.assign(new Error('x'), { code: '57P01' })],
    ['a database that starts', Object.assign(new Error('x'), { code: '57P03' })],
    ['a lost connection by SQL state', Object.assign(new Error('x'), { code: '08006' })],
    ['a database out of connections', Object.assign(new Error('x'), { code: '53300' })],
    ['a full pool', new Error('timeout exceeded when trying to connect')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a queue that is away', new Error("Stream isn't writeable and enableOfflineQueue options is false")],
  ])('says when to ask again: %s', async (_what, thrown) => {
    service.hooks.whenRead = () => Promise.reject(thrown);
    const answer = await send(service, 'GET', '/v1/birds/b1');
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      json: { code: 'service.unavailable' },
    });
    expect(
      service.logged.filter((line) => line.msg === 'request refused: temporarily not possible'),
    ).toHaveLength(1);
  });

  test('is also what a broken webhook gets', async () => {
    const answer = await send(service, 'POST', '/webhooks/w1/broken');
    expect(answer).toMatchObject({ status: 500, json: { code: 'service.internal' } });
    expect(answer.text).not.toContain('inside text');
  });
});

describe('a request id', () => {
  test.each(['a', 'A-1_b.c', 'x'.repeat(64)])('%j is taken over', async (id) => {
    const answer = await send(service, 'GET', '/v1/birds/b1', { headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toBe(id);
  });

  test.each(['', 'x'.repeat(65), 'a b', 'a"b', 'å'])('%j is replaced', async (id) => {
    const answer = await send(service, 'GET', '/v1/nothing', { headers: { 'x-request-id': id } });
    const given = String(answer.headers['x-request-id']);
    expect(given).toMatch(UUID);
    expect(answer.json.instance).toBe(`urn:poundkey:request:${given}`);
  });

  test('is another for each request', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(service, 'GET', '/v1/birds/b1')));
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(5);
  });
});

describe('the log of requests', () => {
  test('has one line with the pattern of the route', async () => {
    await send(service, 'GET', '/v1/birds/b42?lang=sv', { headers: { 'x-request-id': 'r1' } });
    const line = await requestLine();
    expect(line).toMatchObject({
      requestId: 'r1',
      method: 'GET',
      route: '/v1/birds/:id',
      status: 200,
      ms: expect.any(Number),
    });
    expect(JSON.stringify(service.logged)).not.toMatch(/b42|lang|sesame/);
  });

  test('has no address that was not found', async () => {
    await send(service, 'GET', '/v1/numbers/+46812345678?code=123456');
    expect(await requestLine()).toMatchObject({ route: 'none', status: 404 });
    expect(JSON.stringify(service.logged)).not.toMatch(/12345/);
  });

  test('has a line for a webhook', async () => {
    await send(service, 'POST', '/webhooks/w77');
    expect(await requestLine()).toMatchObject({ method: 'POST', route: '/webhooks/:id', status: 200 });
    expect(JSON.stringify(service.logged)).not.toContain('w77');
  });

  test('has a line for a wrong key', async () => {
    await send(service, 'GET', '/v1/birds/b1', { headers: { authorization: 'Bearer open' } });
    expect(await requestLine()).toMatchObject({ route: '/v1/birds/:id', status: 401 });
    expect(JSON.stringify(service.logged)).not.toContain('open');
  });

  test('says that the client went away', async () => {
    const reading = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    service.hooks.whenRead = () => {
      reading.resolve();
      return finish.promise;
    };
    const socket = createConnection(service.port, '127.0.0.1');
    socket.write('GET /v1/birds/b1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sesame\r\n\r\n');
    await reading.promise;
    socket.destroy();
    expect(await requestLine()).toMatchObject({
      msg: 'the client closed the connection before the answer was complete',
      route: '/v1/birds/:id',
    });
    finish.resolve();
  });
});

describe('a route', () => {
  const defineRoute = routeDefiner<null>();
  const common = { method: 'get' as const, summary: 'x', operationId: 'x', problems: [] };
  const responses = { 200: { description: 'x', schema: z.object({}) } };
  const handle = async () => ({ status: 200 as const, body: {} });

  test.each([
    ['lacks a parameter of its path', '/v1/x/:id', z.object({})],
    ['describes a parameter that its path lacks', '/v1/x', z.object({ id: z.string() })],
  ] as const)('is refused when it %s', (_what, path, params) => {
    expect(() => defineRoute({ ...common, path, params, responses, handle })).toThrow(/Make them equal/);
  });

  test('cannot answer what it does not declare', async () => {
    const created = async () => ({ status: 201 as const, body: {} });
    // @ts-expect-error 201 is not declared
    defineRoute({ ...common, path: '/v1/x', responses, handle: created });
    const declared = { 200: { description: 'x', schema: z.object({ n: z.int() }) } };
    const text = async () => ({ status: 200 as const, body: { n: 'x' } });
    // @ts-expect-error n must be a number
    defineRoute({ ...common, path: '/v1/x', responses: declared, handle: text });
    const route = defineRoute({
      ...common,
      path: '/v1/x',
      query: z.object({ size: z.coerce.number() }),
      responses: declared,
      handle: async ({ query }) => ({ status: 200, body: { n: query.size } }),
    });
    const answer = await route.handle({
      params: {},
      query: { size: 7 },
      headers: {},
      body: {},
      caller: null,
    });
    expect(answer).toEqual({ status: 200, body: { n: 7 } });
  });
});
